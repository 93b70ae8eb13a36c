//! A HAR that a browser exported.
