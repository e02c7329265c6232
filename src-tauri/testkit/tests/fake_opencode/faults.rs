//! What happens when the server is killed, cut off, or told to let go.
