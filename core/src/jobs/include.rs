/// Resources that [`GetJobs`](super::GetJobs) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobInclude {
    /// Who made the jobs.
    Creators,
}

impl JobInclude {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creators => "creators",
        }
    }
}
