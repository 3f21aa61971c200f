//! A bad network: a TCP proxy that cuts, hangs or delays what passes through it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::daemon::Listener;

/// What happens to connections that are made from now on.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// All is well.
    None,
    /// The connection ends once so many bytes passed, in both directions together.
    Cut { after: usize },
    /// One in three connections is cut somewhere in its first so many bytes.
    CutSome { below: usize },
    /// Nothing passes any more once so many bytes did; the connection stays open.
    Hang { after: usize },
    /// Every connection waits before it is made.
    Delay(Duration),
    /// Every 4 KiB wait before they pass.
    Slow(Duration),
}

/// A proxy before a server; connections end with it.
pub struct Proxy {
    listener: Listener,
    fault: Arc<Mutex<Fault>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    pub fn new(upstream: SocketAddr) -> Self {
        let fault = Arc::new(Mutex::new(Fault::None));
        let open = Arc::new(Mutex::new(Vec::new()));
        let (current, streams) = (fault.clone(), open.clone());
        let mut connections = 0;
        let listener = Listener::new(move |client| {
            connections += 1;
            let fault = *current.lock().expect("no panic under it");
            streams.lock().expect("no panic under it").push(client.try_clone().expect("a handle more"));
            thread::spawn(move || connect(&client, upstream, fault, connections));
        });
        Self { listener, fault, open }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Sets what happens to connections from now on.
    pub fn set(&self, fault: Fault) {
        *self.fault.lock().expect("no panic under it") = fault;
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.open.lock().expect("no panic under it").len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        for stream in self.open.lock().expect("no panic under it").iter() {
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

fn connect(client: &TcpStream, upstream: SocketAddr, fault: Fault, number: usize) {
    let pause = if let Fault::Slow(pause) = fault { pause } else { Duration::ZERO };
    let (limit, hang) = match fault {
        Fault::Cut { after } => (after, false),
        // Neighbours differ much, and no place is left out.
        Fault::CutSome { below } if number.is_multiple_of(3) => (number * 7919 % below, false),
        Fault::None | Fault::CutSome { .. } | Fault::Slow(_) => (usize::MAX, false),
        Fault::Hang { after } => (after, true),
        Fault::Delay(delay) => {
            thread::sleep(delay);
            (usize::MAX, false)
        }
    };
    let Ok(server) = TcpStream::connect(upstream) else { return };
    let left = Arc::new(AtomicUsize::new(limit));
    let pair = |from: &TcpStream, to: &TcpStream| {
        (from.try_clone().expect("a handle more"), to.try_clone().expect("a handle more"), left.clone())
    };
    let (from, to, budget) = pair(&server, client);
    let back = thread::spawn(move || pump(from, to, &budget, hang, pause));
    let (from, to, budget) = pair(client, &server);
    pump(from, to, &budget, hang, pause);
    back.join().ok();
}

/// Copies until the end, or until nothing is left of what both directions may pass.
fn pump(mut from: TcpStream, mut to: TcpStream, left: &AtomicUsize, hang: bool, pause: Duration) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        thread::sleep(pause);
        let take = |left: usize| Some(left.saturating_sub(read));
        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).unwrap_or_default();
        let passed = to.write_all(&buffer[..read.min(before)]).is_ok();
        if before < read && hang {
            // Read on, as a network does that loses everything, until somebody gives up.
            while let Ok(1..) = from.read(&mut buffer) {}
        }
        if before < read || !passed {
            to.shutdown(Shutdown::Both).ok();
            from.shutdown(Shutdown::Both).ok();
            return;
        }
    }
    to.shutdown(Shutdown::Write).ok();
}
