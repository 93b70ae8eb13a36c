use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use cycle_images_fleet::{Error, NatsSettings};

use crate::nats::cpu;

/// The worker processes, each with a name that it keeps when it is started again.
pub(crate) struct Workers {
    folder: PathBuf,
    nats: NatsSettings,
    processes: Vec<Child>,
    cpu: Duration,
}

impl Workers {
    /// Starts them. `folder` has the file `hubs.json`.
    pub(crate) fn start(count: usize, folder: PathBuf, nats: NatsSettings) -> Result<Self, Error> {
        let processes = Vec::new();
        let mut workers = Self { folder, nats, processes, cpu: Duration::ZERO };
        for n in 0..count {
            let process = workers.spawn(n)?;
            workers.processes.push(process);
        }
        Ok(workers)
    }

    pub(crate) fn name(n: usize) -> String {
        format!("w{}", n + 1)
    }

    /// Kills a worker, without a warning, and starts it again.
    pub(crate) fn kill(&mut self, n: usize) -> Result<(), Error> {
        let n = n % self.processes.len().max(1);
        let new = self.spawn(n)?;
        let Some(process) = self.processes.get_mut(n) else { return Ok(()) };
        let old = std::mem::replace(process, new);
        self.end(old)
    }

    /// Kills all, and returns the CPU time of these and all before.
    pub(crate) fn stop(mut self) -> Result<Duration, Error> {
        for process in std::mem::take(&mut self.processes) {
            self.end(process)?;
        }
        Ok(self.cpu)
    }

    fn end(&mut self, mut process: Child) -> Result<(), Error> {
        self.cpu += cpu(&process);
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    fn spawn(&self, n: usize) -> Result<Child, Error> {
        let name = Self::name(n);
        let log =
            File::options().create(true).append(true).open(self.folder.join("workers.log"))?;
        let mut command = Command::new(std::env::current_exe()?);
        if let (Some(user), Some(password)) = (&self.nats.user, &self.nats.password) {
            command.env("NATS_USER", user).env("NATS_PASSWORD", password);
        }
        if let Some(ca) = &self.nats.ca {
            command.env("NATS_CA", ca);
        }
        let child = command
            .arg("worker")
            .env("FLEET_WORKER", name)
            .env("FLEET_HUBS", self.folder.join("hubs.json"))
            .env("NATS_URL", &self.nats.url)
            .stderr(log)
            .spawn()?;
        Ok(child)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
