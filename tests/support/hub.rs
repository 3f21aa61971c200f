//! A bare repository that clones share, reached in every way that git knows.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use super::daemon::Daemon;
use super::http::HttpServer;
use super::proxy::Proxy;
use super::{Ran, Sandbox};

/// An `ssh` that reaches every host, which is this one: like the real one it hands the
/// command to a shell that has none of the caller's environment.
const SSH: &str = "#!/bin/sh\n\
    while [ $# -gt 0 ]; do case $1 in -o|-p|-l|-i) shift 2;; -*) shift;; *) break;; esac; done\n\
    shift\n\
    exec env -i PATH=\"$PATH\" HOME=/ sh -c \"$*\"\n";

/// A bare remote in `hub.git` whose branch `main` has one commit, without a tracker.
pub struct Hub {
    admin: Sandbox,
}

/// A way to the remote, and what serves it.
pub struct Route {
    pub url: String,
    _daemon: Option<Daemon>,
    _http: Option<HttpServer>,
}

/// A remote behind a bad network.
pub struct Behind {
    pub proxy: Proxy,
    pub url: String,
    _daemon: Daemon,
}

impl Hub {
    pub fn new() -> Self {
        let sandbox = Sandbox::with_repo();
        sandbox.git(["clone", "-q", "--bare", ".", "../hub.git"]).ok();
        let admin = sandbox.fellow("hub.git");
        admin.git(["remote", "remove", "origin"]).ok();
        admin.git(["config", "http.receivepack", "true"]).ok();
        executable(&admin.path("ssh"), SSH);
        Self { admin }
    }

    /// A hub and clones of it, one of which made a tracker that all of them have.
    pub fn with_tracker<const N: usize>() -> (Self, [Sandbox; N]) {
        let hub = Self::new();
        let clones = hub.clones();
        for (n, clone) in clones.iter().enumerate() {
            if n == 0 {
                clone.jit(["init"]).ok();
            }
            clone.jit(["sync"]).ok();
        }
        (hub, clones)
    }

    /// Clones by path, each with a user of its own.
    pub fn clones<const N: usize>(&self) -> [Sandbox; N] {
        const NAMES: [&str; 8] = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"];
        std::array::from_fn(|n| self.clone_as(NAMES[n], &self.path()))
    }

    /// A clone in a folder, by a user, of that name.
    pub fn clone_as(&self, name: &str, url: &str) -> Sandbox {
        let clone = self.admin.fellow(name);
        let ssh = clone.path("ssh");
        let home = clone.path("");
        clone.git_in(&home, ["config", "--global", "core.sshCommand", &ssh.to_string_lossy()]).ok();
        clone.git_in(&home, ["clone", "-q", url, name]).ok();
        clone
    }

    /// Where it is, as a path.
    pub fn path(&self) -> String {
        self.dir().to_str().expect("it is UTF-8").to_owned()
    }

    pub fn dir(&self) -> PathBuf {
        self.admin.repo()
    }

    /// Runs git in the bare repository.
    #[track_caller]
    pub fn git<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> String {
        self.admin.git(args).ok().stdout.trim_end().to_owned()
    }

    /// Runs git in the bare repository, whatever comes of it.
    pub fn try_git<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.admin.git(args)
    }

    /// A sandbox whose repository is the remote itself.
    pub fn admin(&self) -> &Sandbox {
        &self.admin
    }

    /// The commit of the tracker there, if any.
    pub fn tip(&self) -> Option<String> {
        let ran = self.admin.git(["rev-parse", "-q", "--verify", "refs/jit/main"]);
        (ran.code == 0).then(|| ran.stdout.trim().to_owned())
    }

    /// The claim refs there are: issue and what its record says.
    pub fn holds(&self) -> BTreeMap<String, String> {
        let refs = self.git(["for-each-ref", "--format=%(refname)", "refs/jit/claims"]);
        let record = |name: &str| self.git(["show", &format!("{name}:claim.yaml")]);
        refs.lines().map(|name| (name["refs/jit/claims/".len()..].to_owned(), record(name))).collect()
    }

    /// The events that the remote's log has.
    pub fn events(&self) -> Vec<Value> {
        self.admin.events()
    }

    /// Installs a hook in the bare repository.
    pub fn hook(&self, name: &str, script: &str) {
        fs::create_dir_all(self.dir().join("hooks")).expect("it is writable");
        executable(&self.dir().join("hooks").join(name), script);
    }

    /// A way to the remote: `path`, `file`, `ssh`, `git` or `http`.
    pub fn route(&self, name: &str) -> Route {
        let route = |url| Route { url, _daemon: None, _http: None };
        match name {
            "path" => route(self.path()),
            "file" => route(format!("file://{}", self.path())),
            "ssh" => route(format!("git@hub.invalid:{}", self.path())),
            "git" => {
                let daemon = Daemon::new(&self.admin);
                let url = format!("git://{}/hub.git", daemon.address());
                Route { _daemon: Some(daemon), ..route(url) }
            }
            "http" => {
                let http = HttpServer::new(&self.admin);
                let url = format!("http://{}/hub.git", http.address());
                Route { _http: Some(http), ..route(url) }
            }
            _ => panic!("{name} is no way to a remote"),
        }
    }

    /// The remote behind a proxy.
    pub fn behind_proxy(&self) -> Behind {
        let daemon = Daemon::new(&self.admin);
        let proxy = Proxy::new(daemon.address());
        let url = format!("git://{}/hub.git", proxy.address());
        Behind { proxy, url, _daemon: daemon }
    }
}

/// Writes a program.
pub fn executable(path: &std::path::Path, script: &str) {
    fs::write(path, script).expect("it is writable");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}
