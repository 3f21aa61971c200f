//! Certificates are checked.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::{Sandbox, run};

/// A server that speaks TLS and says `no`, or nothing where its client does not trust it.
const SERVER: &str = "
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('cert.pem', 'key.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
";

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_server_is_talked_to_only_if_its_certificate_is_trusted() {
    let sandbox = Sandbox::with_tracker();
    let home = sandbox.path("");
    let made = sandbox
        .program("openssl", &home)
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '))
        .args("-subj /CN=localhost -keyout key.pem -out cert.pem".split(' '))
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: openssl makes no certificate");
        return;
    }
    let mut python = sandbox.program("python3", &home);
    let mut server = Server(python.args(["-c", SERVER]).stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut port = String::new();
    BufReader::new(server.0.stdout.take().expect("it is piped")).read_line(&mut port).expect("it says");
    let watch = |host: &str, options: &[&str]| {
        let url = format!("https://{host}:{}/", port.trim());
        let mut command = sandbox.jit_command(["watch", "--once", "--from-start", "--retries", "0"]);
        run(command.args(["--webhook", &url]).args(options))
    };
    let refused = watch("localhost", &[]).exits(10);
    assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
    watch("localhost", &["--ca-file", "../cert.pem"]).ok();
    let other = watch("127.0.0.1", &["--ca-file", "../cert.pem"]).exits(10);
    assert!(other.stderr.contains("certificate"), "{}", other.stderr);
    watch("localhost", &["--ca-file", "README"]).fails(2, "there is no certificate in it");
}
