//! What futures and closures have to be: `Send`, but on wasm32, where values of JavaScript aren't.

#[cfg(not(target_arch = "wasm32"))]
mod bounds {
    pub(crate) use futures_core::future::BoxFuture;

    pub trait MaybeSend: Send {}
    impl<T: Send + ?Sized> MaybeSend for T {}
    pub trait MaybeSync: Sync {}
    impl<T: Sync + ?Sized> MaybeSync for T {}
}

#[cfg(target_arch = "wasm32")]
mod bounds {
    pub(crate) use futures_core::future::LocalBoxFuture as BoxFuture;

    pub trait MaybeSend {}
    impl<T: ?Sized> MaybeSend for T {}
    pub trait MaybeSync {}
    impl<T: ?Sized> MaybeSync for T {}
}

pub(crate) use bounds::{BoxFuture, MaybeSend, MaybeSync};
