/// One batch in flight: the window's permission to be sent the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Credit {
    /// The window has painted all that it was sent.
    #[default]
    Free,
    /// A batch that leads to this revision is on its way or being painted.
    InFlight(u64),
}

impl Credit {
    pub(super) fn is_free(self) -> bool {
        self == Self::Free
    }

    /// An acknowledgement of another revision is late or made up: it frees nothing.
    pub(super) fn acknowledge(&mut self, revision: u64) {
        if *self == Self::InFlight(revision) {
            *self = Self::Free;
        }
    }
}
