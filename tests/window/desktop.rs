//! What a desktop does to a window: closing it, and showing it.

use std::error::Error;

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, Window},
    rust_connection::RustConnection,
};

impl crate::window::Window {
    /// Closes the window as its close button does.
    pub fn close(&self) {
        close_window(self.driver().display(), "Outrider").unwrap();
    }
}

/// Asks the window with this title to close, as a window manager does.
pub fn close_window(display: &str, title: &str) -> Result<(), Box<dyn Error>> {
    let (connection, screen) = RustConnection::connect(Some(display))?;
    let root = connection.setup().roots[screen].root;
    let atom = |name: &str| -> Result<u32, Box<dyn Error>> {
        Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
    for window in connection.query_tree(root)?.reply()?.children {
        let understands = property(&connection, window, protocols, AtomEnum::ATOM.into())?;
        if !understands.is_empty() && title_of(&connection, window)?.contains(title) {
            let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
            connection.send_event(false, window, EventMask::NO_EVENT, message)?;
            connection.flush()?;
            // The answer to a later question shows that the message has arrived.
            connection.get_input_focus()?.reply()?;
            return Ok(());
        }
    }
    Err(format!("no window with the title {title} on {display}").into())
}

/// The pixels of the whole display, four bytes each.
pub fn picture(display: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let (connection, screen) = RustConnection::connect(Some(display))?;
    let screen = &connection.setup().roots[screen];
    let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
    Ok(connection.get_image(ImageFormat::Z_PIXMAP, screen.root, 0, 0, width, height, !0)?.reply()?.data)
}

fn title_of(connection: &RustConnection, window: Window) -> Result<String, Box<dyn Error>> {
    let title = property(connection, window, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into())?;
    Ok(String::from_utf8_lossy(&title).into_owned())
}

fn property(connection: &RustConnection, window: Window, name: u32, kind: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(connection.get_property(false, window, name, kind, 0, 1024)?.reply()?.value)
}
