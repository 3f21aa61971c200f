//! Smart HTTP: `git http-backend` behind a small web server.

use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server, StatusCode};

use super::Sandbox;

const WORKERS: usize = 8;

/// A web server for the repositories of a sandbox; it ends when it is dropped.
pub struct HttpServer {
    server: Arc<Server>,
    workers: Vec<JoinHandle<()>>,
}

impl HttpServer {
    /// Serves everything below the folder of `sandbox`; repositories take pushes where their
    /// `http.receivepack` says so.
    pub fn new(sandbox: &Sandbox) -> Self {
        let sandbox = sandbox.clone();
        Self::with(move |request| answer(&sandbox, request))
    }

    /// Asks everybody for a password that nobody has.
    pub fn locked() -> Self {
        Self::with(|request| {
            let realm = Header::from_bytes("WWW-Authenticate", "Basic realm=\"hub\"").expect("a header");
            request.respond(Response::empty(401).with_header(realm)).ok();
        })
    }

    fn with(answer: impl Fn(Request) + Clone + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port is free"));
        let worker = |server: Arc<Server>, answer: Box<dyn Fn(Request) + Send>| {
            std::thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    answer(request);
                }
            })
        };
        let workers = (0..WORKERS).map(|_| worker(server.clone(), Box::new(answer.clone()))).collect();
        Self { server, workers }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.server_addr().to_ip().expect("it listens on an address")
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.workers.iter().for_each(|_| self.server.unblock());
        for worker in self.workers.drain(..) {
            worker.join().ok();
        }
    }
}

/// Runs the backend for a request, as a web server runs any CGI program.
fn answer(sandbox: &Sandbox, mut request: Request) {
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    let mut backend = sandbox.program("git", &sandbox.path(""));
    backend
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", sandbox.path(""))
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", request.method().as_str())
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let passed_on = [
        ("Content-Type", "CONTENT_TYPE"),
        ("Content-Encoding", "HTTP_CONTENT_ENCODING"),
        ("Git-Protocol", "GIT_PROTOCOL"),
    ];
    for (header, variable) in passed_on {
        let found =
            request.headers().iter().find(|found| found.field.as_str().as_str().eq_ignore_ascii_case(header));
        if let Some(found) = found {
            backend.env(variable, found.value.as_str());
        }
    }
    let mut body = Vec::new();
    if request.as_reader().read_to_end(&mut body).is_err() {
        return;
    }
    let mut child = backend.spawn().expect("git starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(&body).ok();
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    request.respond(response(output.stdout)).ok();
}

/// What a CGI program prints: header lines, an empty line, the body.
fn response(printed: Vec<u8>) -> Response<Cursor<Vec<u8>>> {
    let end = printed.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else { return Response::from_data(printed).with_status_code(500) };
    let head = String::from_utf8_lossy(&printed[..end]).into_owned();
    let mut response = Response::from_data(&printed[end + 4..]);
    for line in head.lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        if name == "Status" {
            let code = value.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(500_u16);
            response = response.with_status_code(StatusCode(code));
        } else if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}
