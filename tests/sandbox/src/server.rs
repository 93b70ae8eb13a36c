//! The routes, and the thread that serves them.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{self, DefaultBodyLimit, RawPathParams};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter as M, MethodRouter, on};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::call::Call;
use crate::connection::{Connection, Open};
use crate::errors::{Refusal, Reply};
use crate::recorded_request::{RecordedRequest, record_request};
use crate::settings::Observer;
use crate::state::State;
use crate::{auth, control, cors, host, images, jobs, sources, tasks, upload};

/// What the threads of the server and of the test share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    seen: Mutex<Seen>,
    arrived: Condvar,
    kept_requests: usize,
    pub(crate) latency: Duration,
    pub(crate) read_timeout: Duration,
    observer: Option<Observer>,
    pub(crate) open: Arc<Open>,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: VecDeque<RecordedRequest>,
    /// The number of requests before them.
    dropped: usize,
    /// The length of their bodies.
    body_bytes: usize,
}

/// The most bytes of bodies; those of older requests are dropped.
const MOST_BODY_BYTES: usize = 64 << 20;

impl Seen {
    fn count(&self) -> usize {
        self.dropped + self.requests.len()
    }

    fn push(&mut self, request: RecordedRequest, most: usize) {
        self.requests.push_back(request);
        if self.requests.len() > most {
            let oldest = self.requests.pop_front();
            self.body_bytes -= oldest.map_or(0, |request| request.body.len());
            self.dropped += 1;
        }
    }

    pub(crate) fn set_body(&mut self, place: usize, body: &[u8]) {
        let Some(request) = self.get_mut(place) else { return };
        request.length = body.len() as u64;
        request.body = body.to_vec();
        self.body_bytes += body.len();
        for request in &mut self.requests {
            if self.body_bytes <= MOST_BODY_BYTES {
                break;
            }
            self.body_bytes -= std::mem::take(&mut request.body).len();
        }
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
            read_timeout: state.settings.read_timeout,
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

    /// Adds a request, and returns its place.
    pub(crate) fn note(&self, request: RecordedRequest) -> usize {
        let mut seen = self.seen();
        let place = seen.count();
        seen.push(request, self.kept_requests);
        self.arrived.notify_all();
        place
    }

    /// Waits for so many requests, and returns whether they arrived within the time.
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

    /// Calls the observer with a request and the status of its response.
    pub(crate) fn responded(&self, place: usize, status: u16) {
        let Some(Observer(observer)) = &self.observer else { return };
        let request = self.seen().get_mut(place).cloned();
        if let Some(request) = request {
            observer(&request, status);
        }
    }
}

type Operation = fn(&mut State, &mut Call) -> Result<Reply, Refusal>;

/// The operations, and the capabilities that they need.
const ROUTES: &[(M, &str, &str, Operation)] = &[
    (M::GET, "/v1/images", "images-view", images::list),
    (M::POST, "/v1/images", "images-manage", images::create),
    (M::GET, "/v1/images/{id}", "images-view", images::get),
    (M::PATCH, "/v1/images/{id}", "images-manage", images::update),
    (M::DELETE, "/v1/images/{id}", "images-manage", tasks::delete),
    (M::GET, "/v1/images/{id}/build-log", "images-view", images::build_log),
    (M::POST, "/v1/images/{id}/tasks", "images-import", tasks::import),
    (M::POST, "/v1/images/tasks", "images-manage", tasks::prune),
    (M::GET, "/v1/images/sources", "images-sources-view", sources::list),
    (M::POST, "/v1/images/sources", "images-sources-manage", sources::create),
    (M::GET, "/v1/images/sources/{id}", "images-sources-view", sources::get),
    (M::PATCH, "/v1/images/sources/{id}", "images-sources-manage", sources::update),
    (M::DELETE, "/v1/images/sources/{id}", "images-sources-manage", sources::delete),
    (M::PATCH, "/v1/images/sources/{id}/access", "images-sources-manage", sources::access),
    (M::GET, "/v1/jobs", "apionly-jobs-view", jobs::list),
    (M::GET, "/v1/jobs/latest", "apionly-jobs-view", jobs::latest),
    (M::GET, "/v1/jobs/{id}", "apionly-jobs-view", jobs::get),
];

fn router(shared: Arc<Shared>) -> Router {
    let mut operations: BTreeMap<&str, MethodRouter<Arc<Shared>>> = BTreeMap::new();
    for &(method, path, capability, run) in ROUTES {
        let others = operations.remove(path).unwrap_or_default();
        operations.insert(path, others.merge(operation(method, capability, run)));
    }
    let unknown = || async { Refusal::not_found("uri") };
    let router = Router::new().route("/v1/images/{id}/upload", on(M::POST, upload::receive));
    let routes = operations.into_iter();
    routes
        .fold(router, |router, (path, operation)| router.route(path, operation))
        .fallback(unknown)
        .method_not_allowed_fallback(|| async { Refusal::method() })
        .layer(from_fn_with_state(Arc::clone(&shared), record_request))
        .layer(from_fn(cors::allow))
        .merge(control::routes(&shared))
        // The middleware limits JSON bodies; a tar of gigabytes isn't kept.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(host::check))
        .with_state(shared)
}

fn operation(method: M, capability: &'static str, run: Operation) -> MethodRouter<Arc<Shared>> {
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
            let nulls = state.settings.nulls;
            let reply = run(&mut state, &mut call)?;
            Ok::<_, Refusal>(if nulls { reply } else { reply.without_nulls() })
        },
    )
}

/// The thread of the server, which ends when this is dropped.
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
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let shared = Arc::clone(shared);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            // The runtime is dropped with its connections, idle ones among them.
            runtime.spawn(accept(listener, shared));
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let router = router(Arc::clone(&shared));
    let mut http1 = http1::Builder::new();
    http1.timer(TokioTimer::new()).header_read_timeout(shared.read_timeout);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually too many open files: some may be closed soon.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let connection = Connection::new(stream, Arc::clone(&shared.open));
        let router = router.clone().layer(Extension(connection.kill.clone()));
        let service = TowerToHyperService::new(router);
        tokio::spawn(http1.serve_connection(TokioIo::new(connection), service));
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
