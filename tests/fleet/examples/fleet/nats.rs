use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cycle_images_fleet::{Error, NatsSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::Value;

const MISSING: &str = "there is no nats-server: `apt-get install nats-server`, set NATS_SERVER to its \
                       path, or NATS_URL to a server that was started with `-js`";
const USER: &str = "fleet";
const PASSWORD: &str = "only on loopback";

/// One server, a cluster of three, or what `NATS_URL` names.
pub(crate) struct Nats {
    pub(crate) settings: NatsSettings,
    servers: Vec<Server>,
    /// Of processes that were killed.
    before: Cost,
}

/// What the servers took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// In and out.
    pub(crate) messages: u64,
    /// In and out.
    pub(crate) bytes: u64,
    pub(crate) cpu: Duration,
}

struct Server {
    name: String,
    monitor: String,
    config: PathBuf,
    process: Option<Child>,
}

impl Nats {
    /// Starts one server on a free port, unless `NATS_URL` names one that is running.
    pub(crate) fn start(folder: &Path) -> Result<Self, Error> {
        if std::env::var_os("NATS_URL").is_some() {
            return Ok(Self::of(NatsSettings::from_env()?, Vec::new()));
        }
        let [port, monitor] = free_ports()?;
        let server = Server::start(folder, "n1", port, monitor, "")?;
        let settings = NatsSettings { url: url(port), ..NatsSettings::default() };
        Ok(Self::of(settings, vec![server]))
    }

    /// Starts three servers, which need a user and a password and speak TLS to each other and to
    /// clients, with a CA of their own.
    pub(crate) fn start_cluster(folder: &Path) -> Result<Self, Error> {
        write_certificates(folder)?;
        let [a, b, c, d, e, f, g, h, i] = free_ports()?;
        let ports = [[a, b, c], [d, e, f], [g, h, i]];
        let route_ports = ports.map(|[.., route]| route);
        let tls = format!(
            "tls {{ cert_file: {0:?}, key_file: {1:?}, ca_file: {2:?} }}",
            folder.join("server.pem"),
            folder.join("server.key"),
            folder.join("ca.pem")
        );
        let login = format!("authorization {{ user: {USER:?}, password: {PASSWORD:?} }}");
        let routes = route_ports.iter().map(|port| format!("\"nats-route://127.0.0.1:{port}\""));
        let routes = routes.collect::<Vec<_>>().join(", ");
        let servers = ports.iter().zip(1..).map(|(&[port, monitor, route], n)| {
            let cluster = format!(
                "cluster {{ name: fleet, listen: \"127.0.0.1:{route}\", routes: [{routes}], {tls} }}"
            );
            let more = format!("{login}\n{tls}\n{cluster}\n");
            Server::start(folder, &format!("n{n}"), port, monitor, &more)
        });
        let settings = NatsSettings {
            url: ports.map(|[port, ..]| url(port)).join(","),
            user: Some(USER.to_owned()),
            password: Some(PASSWORD.to_owned()),
            ca: Some(folder.join("ca.pem")),
        };
        Ok(Self::of(settings, servers.collect::<Result<_, _>>()?))
    }

    fn of(settings: NatsSettings, servers: Vec<Server>) -> Self {
        Self { settings, servers, before: Cost::default() }
    }

    /// How many servers store each message.
    pub(crate) fn replicas(&self) -> usize {
        self.servers.len().max(1)
    }

    /// Kills a server of this name; false if there is none, or it is down.
    pub(crate) fn kill(&mut self, name: &str) -> Result<bool, Error> {
        let server = self.servers.iter_mut().find(|server| server.name == name);
        let Some(server) = server else { return Ok(false) };
        self.before.add(server.cost().unwrap_or_default());
        let Some(mut process) = server.process.take() else { return Ok(false) };
        process.kill()?;
        process.wait()?;
        Ok(true)
    }

    /// What all servers took.
    pub(crate) fn cost(&self) -> Cost {
        let mut all = self.before;
        self.servers.iter().for_each(|server| all.add(server.cost().unwrap_or_default()));
        all
    }

    /// Starts the servers that are down, with the stores that they had.
    pub(crate) fn restart(&mut self) -> Result<(), Error> {
        for server in self.servers.iter_mut().filter(|server| server.process.is_none()) {
            server.process = Some(spawn(&server.config)?);
        }
        Ok(())
    }
}

impl Server {
    fn start(
        folder: &Path,
        name: &str,
        port: u16,
        monitor: u16,
        more: &str,
    ) -> Result<Self, Error> {
        let config = folder.join(format!("{name}.conf"));
        let monitor = format!("127.0.0.1:{monitor}");
        let mut text = String::new();
        writeln!(text, "server_name: {name}\nlisten: \"127.0.0.1:{port}\"")?;
        writeln!(text, "http: {monitor:?}")?;
        writeln!(text, "jetstream {{ store_dir: {:?} }}\n{more}", folder.join(name))?;
        writeln!(text, "log_file: {:?}", folder.join(format!("{name}.log")))?;
        std::fs::write(&config, text)?;
        let process = Some(spawn(&config)?);
        Ok(Self { name: name.to_owned(), monitor, config, process })
    }

    /// What it took since it was started; `None` if it doesn't say.
    fn cost(&self) -> Option<Cost> {
        let process = self.process.as_ref()?;
        let mut stream = TcpStream::connect(&self.monitor).ok()?;
        stream.write_all(b"GET /varz HTTP/1.0\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let status: Value = serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()?;
        let number = |name| status.get(name)?.as_u64();
        Some(Cost {
            messages: number("in_msgs")? + number("out_msgs")?,
            bytes: number("in_bytes")? + number("out_bytes")?,
            cpu: cpu(process),
        })
    }
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.bytes += other.bytes;
        self.cpu += other.cpu;
    }
}

/// The CPU time of a process that runs, on Linux; nothing elsewhere.
pub(crate) fn cpu(process: &Child) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap_or_default();
    // After the name in parentheses: the 12th and 13th field, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn spawn(config: &Path) -> Result<Child, Error> {
    let program = std::env::var_os("NATS_SERVER").unwrap_or_else(|| "nats-server".into());
    let spawned = Command::new(program).arg("-c").arg(config).stderr(Stdio::null()).spawn();
    match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(MISSING.into()),
        other => Ok(other?),
    }
}

fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// Ports that were free a moment ago. A server that is started again needs the port that it had,
/// and each server of a cluster the ports of the others, so that they can't choose them.
fn free_ports<const N: usize>() -> Result<[u16; N], Error> {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0"));
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.as_ref().map_err(ToString::to_string)?.local_addr()?.port();
    }
    Ok(ports)
}

fn write_certificates(folder: &Path) -> Result<(), Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "CA of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&key, &ca)?;
    std::fs::write(folder.join("ca.pem"), ca.pem())?;
    std::fs::write(folder.join("server.pem"), server.pem())?;
    std::fs::write(folder.join("server.key"), key.serialize_pem())?;
    Ok(())
}
