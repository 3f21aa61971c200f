//! `git daemon` on a port of its own, which takes pushes too.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::Sandbox;

/// Accepts connections on a free port of this machine until it is dropped.
pub struct Listener {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Listener {
    /// Hands every connection to `handler`, one at a time.
    pub fn new(mut handler: impl FnMut(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                handler(stream.expect("a connection"));
            }
        });
        Self { address, stop, accepting: Some(accepting) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // A last connection, which wakes the thread that waits for one.
        TcpStream::connect(self.address).ok();
        if let Some(accepting) = self.accepting.take() {
            accepting.join().ok();
        }
    }
}

/// A `git daemon` for the repositories of a sandbox; its processes end when it is dropped.
pub struct Daemon {
    listener: Listener,
    children: Arc<Mutex<Vec<Child>>>,
}

impl Daemon {
    /// Serves everything below the folder of `sandbox`.
    pub fn new(sandbox: &Sandbox) -> Self {
        Self::serving(sandbox, &["--enable=receive-pack"])
    }

    /// Serves it to be fetched, and takes no pushes.
    pub fn read_only(sandbox: &Sandbox) -> Self {
        Self::serving(sandbox, &[])
    }

    fn serving(sandbox: &Sandbox, options: &'static [&str]) -> Self {
        let (sandbox, children) = (sandbox.clone(), Arc::new(Mutex::new(Vec::new())));
        let started = children.clone();
        let listener = Listener::new(move |stream| {
            let mut daemon = sandbox.program("git", &sandbox.path(""));
            let base = format!("--base-path={}", sandbox.path("").display());
            daemon.args(["daemon", "--inetd", "--log-destination=none", "--export-all"]);
            daemon.args(options).arg(&base);
            let other = stream.try_clone().expect("a handle more");
            daemon.stdin(OwnedFd::from(stream)).stdout(OwnedFd::from(other));
            started.lock().expect("no panic under it").push(daemon.spawn().expect("git starts"));
        });
        Self { listener, children }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        for child in self.children.lock().expect("no panic under it").iter_mut() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}
