//! The guardian: ends the app's servers when the app is gone. A program of its own, which loads nothing of the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    outrider_core::server::guard();
}
