//! The routes, and the thread that serves them.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{self, DefaultBodyLimit, RawPathParams};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::call::Call;
use crate::connection::{ConnectionKill, CountingListener, Open};
use crate::errors::{Refusal, Reply};
use crate::recorded_request::{RecordedRequest, record_request};
use crate::settings::Observer;
use crate::state::State;
use crate::{auth, control, cors, images, jobs, sources, tasks, upload};

/// What the server's thread and the test's thread both see.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    seen: Mutex<Seen>,
    arrived: Condvar,
    kept_requests: usize,
    pub(crate) latency: Duration,
    observer: Option<Observer>,
    pub(crate) open: Arc<Open>,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: VecDeque<RecordedRequest>,
    /// How many came before them.
    dropped: usize,
}

impl Seen {
    fn count(&self) -> usize {
        self.dropped + self.requests.len()
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut RecordedRequest> {
        self.requests.get_mut(place.checked_sub(self.dropped)?)
    }
}

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self {
            kept_requests: state.settings.kept_requests,
            latency: state.settings.latency,
            observer: state.settings.observer.clone(),
            state: Mutex::new(state),
            seen: Mutex::default(),
            arrived: Condvar::new(),
            open: Arc::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request and says where.
    pub(crate) fn note(&self, request: RecordedRequest) -> usize {
        let mut seen = self.seen();
        let place = seen.count();
        seen.requests.push_back(request);
        if seen.requests.len() > self.kept_requests {
            seen.requests.pop_front();
            seen.dropped += 1;
        }
        self.arrived.notify_all();
        place
    }

    /// Waits until so many requests have arrived; false when `within` passed before that.
    pub(crate) fn wait(&self, count: usize, within: Duration) -> bool {
        let waited =
            self.arrived.wait_timeout_while(self.seen(), within, |seen| seen.count() < count);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        seen.count() >= count
    }

    pub(crate) fn noted(&self, place: usize, change: impl FnOnce(&mut RecordedRequest)) {
        if let Some(seen) = self.seen().get_mut(place) {
            change(seen);
        }
    }
}

impl Shared {
    /// Tells the observer of a request that was answered.
    pub(crate) fn responded(&self, place: usize, status: u16) {
        let Some(Observer(observer)) = &self.observer else { return };
        let request = self.seen().get_mut(place).cloned();
        if let Some(request) = request {
            observer(&request, status);
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
    let upload = on(M::POST, upload::receive);
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
        .merge(control::routes())
        // The middleware limits what is held; a tar of gigabytes passes through it.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(cors::allow))
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
            let mut call = Call::read(
                state.settings.lenient,
                caller,
                id,
                &method,
                uri.query(),
                &headers,
                &body,
            )?;
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
        let port = shared.state().settings.port;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
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
