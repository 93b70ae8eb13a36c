use std::fmt::Write;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cycle_images_fleet::{Error, NatsSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

const MISSING: &str = "there is no nats-server: `apt-get install nats-server`, set NATS_SERVER to its \
                       path, or NATS_URL to a server that was started with `-js`";
const USER: &str = "fleet";
const PASSWORD: &str = "only on loopback";

/// One server, a cluster of three, or what `NATS_URL` names.
pub(crate) struct Nats {
    pub(crate) settings: NatsSettings,
    servers: Vec<Server>,
}

struct Server {
    name: String,
    config: PathBuf,
    process: Option<Child>,
}

impl Nats {
    /// Starts one server on a free port, unless `NATS_URL` names one that is running.
    pub(crate) fn start(folder: &Path) -> Result<Self, Error> {
        if std::env::var_os("NATS_URL").is_some() {
            return Ok(Self { settings: NatsSettings::from_env()?, servers: Vec::new() });
        }
        let [port] = free_ports()?;
        let server = Server::start(folder, "n1", port, "")?;
        let settings = NatsSettings { url: url(port), ..NatsSettings::default() };
        Ok(Self { settings, servers: vec![server] })
    }

    /// Starts three servers, which need a user and a password and speak TLS to each other and to
    /// clients, with a CA of their own.
    #[allow(dead_code, reason = "only the example does")]
    pub(crate) fn start_cluster(folder: &Path) -> Result<Self, Error> {
        write_certificates(folder)?;
        let ports: [u16; 6] = free_ports()?;
        let (ports, route_ports) = ports.split_at(3);
        let tls = format!(
            "tls {{ cert_file: {0:?}, key_file: {1:?}, ca_file: {2:?} }}",
            folder.join("server.pem"),
            folder.join("server.key"),
            folder.join("ca.pem")
        );
        let login = format!("authorization {{ user: {USER:?}, password: {PASSWORD:?} }}");
        let routes = route_ports.iter().map(|port| format!("\"nats-route://127.0.0.1:{port}\""));
        let routes = routes.collect::<Vec<_>>().join(", ");
        let servers = ports.iter().zip(route_ports).zip(1..).map(|((port, route_port), n)| {
            let cluster = format!(
                "cluster {{ name: fleet, listen: \"127.0.0.1:{route_port}\", routes: [{routes}], {tls} }}"
            );
            let more = format!("{login}\n{tls}\n{cluster}\n");
            Server::start(folder, &format!("n{n}"), *port, &more)
        });
        let settings = NatsSettings {
            url: ports.iter().copied().map(url).collect::<Vec<_>>().join(","),
            user: Some(USER.to_owned()),
            password: Some(PASSWORD.to_owned()),
            ca: Some(folder.join("ca.pem")),
        };
        Ok(Self { settings, servers: servers.collect::<Result<_, _>>()? })
    }

    /// How many servers store each message.
    #[allow(dead_code, reason = "only the example does")]
    pub(crate) fn replicas(&self) -> usize {
        self.servers.len().max(1)
    }

    /// Kills a server of this name; false if there is none, or it is down.
    #[allow(dead_code, reason = "only the example does")]
    pub(crate) fn kill(&mut self, name: &str) -> Result<bool, Error> {
        let server = self.servers.iter_mut().find(|server| server.name == name);
        let Some(mut process) = server.and_then(|server| server.process.take()) else {
            return Ok(false);
        };
        process.kill()?;
        process.wait()?;
        Ok(true)
    }

    /// Starts the servers that are down, with the stores that they had.
    #[allow(dead_code, reason = "only the example does")]
    pub(crate) fn restart(&mut self) -> Result<(), Error> {
        for server in self.servers.iter_mut().filter(|server| server.process.is_none()) {
            server.process = Some(spawn(&server.config)?);
        }
        Ok(())
    }
}

impl Server {
    fn start(folder: &Path, name: &str, port: u16, more: &str) -> Result<Self, Error> {
        let config = folder.join(format!("{name}.conf"));
        let mut text = String::new();
        writeln!(text, "server_name: {name}\nlisten: \"127.0.0.1:{port}\"")?;
        writeln!(text, "jetstream {{ store_dir: {:?} }}\n{more}", folder.join(name))?;
        writeln!(text, "log_file: {:?}", folder.join(format!("{name}.log")))?;
        std::fs::write(&config, text)?;
        let process = Some(spawn(&config)?);
        Ok(Self { name: name.to_owned(), config, process })
    }
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

/// Ports that were free a moment ago. A server that is started again needs the port that it had, and
/// each server of a cluster the ports of the others, so that they can't choose them.
fn free_ports<const N: usize>() -> Result<[u16; N], Error> {
    let mut ports = [0; N];
    let mut listeners = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
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
