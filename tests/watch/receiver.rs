//! A web server that takes events.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tiny_http::{Header, Request, Response, Server};

/// What arrived: the headers, and the body.
#[derive(Clone)]
pub struct Arrived {
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// How to answer.
#[derive(Clone)]
pub enum Answer {
    /// With a status and further headers.
    Status(u16, Vec<(&'static str, String)>),
    /// So late.
    After(Duration),
}

/// A server that answers as it is told, and keeps what arrives. It ends when it is dropped.
pub struct Receiver {
    server: Arc<Server>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    worker: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Answers the n-th request, counted from 0, as `answer` says.
    pub fn new(answer: impl Fn(usize) -> Answer + Send + 'static) -> Self {
        Self::at("127.0.0.1:0", answer)
    }

    pub fn at(address: &str, answer: impl Fn(usize) -> Answer + Send + 'static) -> Self {
        let server = Arc::new(Server::http(address).expect("the port is free"));
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let (requests, kept) = (Arc::clone(&server), Arc::clone(&arrived));
        let worker = std::thread::spawn(move || {
            while let Ok(request) = requests.recv() {
                take(request, &kept, &answer);
            }
        });
        Self { server, arrived, worker: Some(worker) }
    }

    /// Takes everything.
    pub fn willing() -> Self {
        Self::new(|_| Answer::Status(204, Vec::new()))
    }

    pub fn address(&self) -> SocketAddr {
        self.server.server_addr().to_ip().expect("it listens on an address")
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address())
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("nobody panics with it").clone()
    }

    /// The ids of the events that arrived.
    pub fn ids(&self) -> Vec<String> {
        self.arrived().iter().map(|arrived| super::id(&arrived.body)).collect()
    }
}

fn take(mut request: Request, kept: &Mutex<Vec<Arrived>>, answer: &impl Fn(usize) -> Answer) {
    let headers = request
        .headers()
        .iter()
        .map(|header| (header.field.as_str().to_string(), header.value.to_string()))
        .collect();
    let mut body = String::new();
    if request.as_reader().read_to_string(&mut body).is_err() {
        return;
    }
    let number = {
        let mut kept = kept.lock().expect("nobody panics with it");
        kept.push(Arrived { headers, body });
        kept.len() - 1
    };
    let mut response = Response::from_string("noted\n");
    match answer(number) {
        Answer::Status(status, headers) => {
            response = response.with_status_code(status);
            for (name, value) in headers {
                response.add_header(Header::from_bytes(name, value).expect("a header"));
            }
        }
        Answer::After(time) => std::thread::sleep(time),
    }
    request.respond(response).ok();
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(worker) = self.worker.take() {
            worker.join().ok();
        }
    }
}
