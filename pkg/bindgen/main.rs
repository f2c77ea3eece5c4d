//! wasm-bindgen's library behind those options of its command line that the build uses. The command
//! line itself brings a web server and a client for its test runner, and takes twice as long to
//! compile.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    let mut folder = None;
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--version" => {
                println!("wasm-bindgen {}", wasm_bindgen_shared::version());
                return Ok(());
            }
            "--target" => match value()?.as_str() {
                "web" => bindgen.web(true)?,
                other => return Err(format!("--target is web, not {other}").into()),
            },
            "--out-name" => bindgen.out_name(&value()?),
            "--out-dir" => {
                folder = Some(value()?);
                &mut bindgen
            }
            "--omit-default-module-path" => bindgen.omit_default_module_path(true),
            "--experimental-reset-state-function" => bindgen.reset_state_function(true),
            option if option.starts_with('-') => return Err(format!("no option {option}").into()),
            input => bindgen.input_path(input),
        };
    }
    bindgen.typescript(true).generate(folder.ok_or("--out-dir is missing")?)?;
    Ok(())
}
