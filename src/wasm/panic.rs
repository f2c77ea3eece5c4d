//! Panics should not happen; when one does, its text must reach the caller although the instance is
//! lost.

use std::sync::Mutex;

use wasm_bindgen::prelude::wasm_bindgen;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs when the wasm file is loaded.
#[wasm_bindgen(start)]
pub fn keep_panic_text() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(info.to_string());
        }
    }));
}

/// The text of the panic that ended this instance, if one did.
#[wasm_bindgen(js_name = panicText)]
pub fn panic_text() -> Option<String> {
    LAST.lock().ok()?.clone()
}
