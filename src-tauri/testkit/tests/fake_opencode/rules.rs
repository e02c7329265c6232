//! Rules of the server that no golden recording shows.
