//! The routes, and the thread that serves them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{self, DefaultBodyLimit, RawPathParams};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::call::Call;
use crate::connection::{ConnectionKill, CountingListener, Open};
use crate::errors::{Refusal, Reply};
use crate::recorded_request::{RecordedRequest, record_request};
use crate::state::State;
use crate::{auth, images, jobs, sources, tasks, upload};

/// What the server's thread and the test's thread both see.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    seen: Mutex<Vec<RecordedRequest>>,
    arrived: Condvar,
    pub(crate) open: Arc<Open>,
}

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            seen: Mutex::default(),
            arrived: Condvar::new(),
            open: Arc::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request and says where.
    pub(crate) fn note(&self, request: RecordedRequest) -> usize {
        let mut seen = self.seen();
        seen.push(request);
        self.arrived.notify_all();
        seen.len().saturating_sub(1)
    }

    /// Waits until so many requests have arrived; false when `within` passed before that.
    pub(crate) fn wait(&self, count: usize, within: Duration) -> bool {
        let waited =
            self.arrived.wait_timeout_while(self.seen(), within, |seen| seen.len() < count);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        seen.len() >= count
    }

    pub(crate) fn noted(&self, place: usize, change: impl FnOnce(&mut RecordedRequest)) {
        if let Some(seen) = self.seen().get_mut(place) {
            change(seen);
        }
    }
}

type Operation = fn(&mut State, &mut Call) -> Result<Reply, Refusal>;

fn router(shared: Arc<Shared>) -> Router {
    use MethodFilter as M;
    let images = operation(M::GET, "images-view", images::list).merge(operation(
        M::POST,
        "images-manage",
        images::create,
    ));
    let image = operation(M::GET, "images-view", images::get)
        .merge(operation(M::PATCH, "images-manage", images::update))
        .merge(operation(M::DELETE, "images-manage", tasks::delete));
    let log = operation(M::GET, "images-view", images::build_log);
    let prune = operation(M::POST, "images-manage", tasks::prune);
    let import = operation(M::POST, "images-import", tasks::import);
    let sources = operation(M::GET, "images-sources-view", sources::list).merge(operation(
        M::POST,
        "images-sources-manage",
        sources::create,
    ));
    let source = operation(M::GET, "images-sources-view", sources::get)
        .merge(operation(M::PATCH, "images-sources-manage", sources::update))
        .merge(operation(M::DELETE, "images-sources-manage", sources::delete));
    let access = operation(M::PATCH, "images-sources-manage", sources::access);
    let job = |run| operation(M::GET, "apionly-jobs-view", run);
    // A body of gigabytes passes through without being held.
    let upload = on(M::POST, upload::receive).layer(DefaultBodyLimit::disable());
    let unknown = || async { Refusal::not_found("uri") };
    Router::new()
        .route("/v1/images", images)
        .route("/v1/images/tasks", prune)
        .route("/v1/images/{id}", image)
        .route("/v1/images/{id}/build-log", log)
        .route("/v1/images/{id}/tasks", import)
        .route("/v1/images/{id}/upload", upload)
        .route("/v1/images/sources", sources)
        .route("/v1/images/sources/{id}", source)
        .route("/v1/images/sources/{id}/access", access)
        .route("/v1/jobs", job(jobs::list))
        .route("/v1/jobs/latest", job(jobs::latest))
        .route("/v1/jobs/{id}", job(jobs::get))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn_with_state(Arc::clone(&shared), record_request))
        .with_state(shared)
}

fn operation(
    method: MethodFilter,
    capability: &'static str,
    run: Operation,
) -> MethodRouter<Arc<Shared>> {
    on(
        method,
        move |extract::State(shared): extract::State<Arc<Shared>>,
              path: RawPathParams,
              method: Method,
              uri: Uri,
              headers: HeaderMap,
              body: Bytes| async move {
            let id = path.iter().next().map(|(_, id)| id.to_owned());
            let mut state = shared.state();
            state.tick();
            let caller = auth::admit(&state.keys, &state.hub_id, &headers, capability)?;
            let id = id.unwrap_or_default();
            let mut call = Call::read(caller, id, &method, uri.query(), &headers, &body)?;
            run(&mut state, &mut call)
        },
    )
}

/// The serving thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let door = {
            let _inside = runtime.enter();
            CountingListener {
                listener: TcpListener::from_std(listener)?,
                open: Arc::clone(&shared.open),
            }
        };
        let service =
            router(Arc::clone(shared)).into_make_service_with_connect_info::<ConnectionKill>();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            // Dropping the runtime on the way out drops the connections with it, so that
            // an idle client can't hold up the end.
            runtime.spawn(async { axum::serve(door, service).await });
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
