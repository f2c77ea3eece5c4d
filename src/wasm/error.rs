//! The core's errors as JavaScript errors that carry a `code`.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::Error;

/// Results of exported functions.
pub type JsResult<T> = Result<T, JsValue>;

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let value = js_sys::Error::new(&error.to_string());
        // The wrapper knows the core's errors by this name: an abort reason may have a code of its
        // own.
        value.set_name("OodgateCoreError");
        // Setting a property of an object that was just made cannot fail.
        let _ = Reflect::set(&value, &"code".into(), &error.code().into());
        value.into()
    }
}
