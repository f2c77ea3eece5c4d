//! Exported ONNX models, as files: whole, sound, described, and refused where there is nothing to
//! export. What they compute is checked by ONNX Runtime: `tests/interop/onnx.test.mjs`,
//! `tests/interop/onnx_file.py`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[path = "interop/heads.rs"]
mod heads;

use std::collections::HashSet;

use oodgate::{
    Error,
    files::onnx::{
        self,
        proto::{ModelProto, TensorProto, ValueInfoProto, data_type},
    },
    ood::{ScorerName, ScorerOptions},
    snapshot::Snapshot,
};
use pollster::block_on;
use prost::Message;

use heads::{CLASSES, FEATURES, Head, calibrate, kinds, questions, scorers, trained};

fn model(head: &mut Head) -> ModelProto {
    let file = onnx::write(&block_on(head.snapshot()).unwrap()).unwrap();
    ModelProto::decode(file.as_slice()).unwrap()
}

/// Name, element type and shape; `None` where any size will do.
fn shape(value: &ValueInfoProto) -> (&str, i32, Vec<Option<i64>>) {
    let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
    (
        &value.name,
        tensor.elem_type,
        tensor.shape.as_ref().unwrap().dim.iter().map(|dim| dim.dim_value).collect(),
    )
}

fn metadata<T: serde::de::DeserializeOwned>(model: &ModelProto, key: &str) -> Option<T> {
    let entry = model.metadata_props.iter().find(|entry| entry.key == key)?;
    Some(serde_json::from_str(&entry.value).unwrap())
}

#[test]
fn every_model_is_whole_and_described() {
    let classes = Some(CLASSES.len() as i64);
    for (kind, mut head) in kinds() {
        for (scorer, rows) in scorers() {
            calibrate(&mut head, &scorer, rows);
            let model = model(&mut head);
            assert_eq!(model.producer_name, "oodgate");
            assert_eq!(model.producer_version, env!("CARGO_PKG_VERSION"));
            assert_eq!((model.ir_version, model.opset_import[0].version), (7, 13));
            assert_eq!(metadata::<Vec<String>>(&model, "classes").unwrap(), CLASSES);
            assert_eq!(metadata::<ScorerOptions>(&model, "scorer").unwrap(), scorer);
            assert_eq!(
                metadata::<f64>(&model, "alpha"),
                head.calibration().map(|calibration| calibration.alpha)
            );
            assert_eq!(metadata::<String>(&model, "warning"), None, "{rows} rows");

            let graph = model.graph.unwrap();
            let inputs: Vec<_> = graph.input.iter().map(shape).collect();
            assert_eq!(inputs, [("features", data_type::FLOAT, vec![None, Some(FEATURES as i64)])]);
            let outputs: Vec<_> = graph.output.iter().map(shape).collect();
            let expected = [
                ("logits", data_type::FLOAT, vec![None, classes]),
                ("probabilities", data_type::FLOAT, vec![None, classes]),
                ("score", data_type::FLOAT, vec![None]),
                ("p_value", data_type::FLOAT, vec![None]),
                ("accepted", data_type::BOOL, vec![None]),
            ];
            assert_eq!(outputs, expected, "{kind}, {scorer:?}");

            // Every name is given once, and before it is used.
            let mut known = HashSet::from(["features".to_string()]);
            for tensor in &graph.initializer {
                let width = if tensor.data_type == data_type::INT64 { 8 } else { 4 };
                assert_eq!(
                    tensor.raw_data.len(),
                    width * tensor.dims.iter().product::<i64>() as usize
                );
                assert!(known.insert(tensor.name.clone()));
            }
            for node in &graph.node {
                assert!(node.input.iter().all(|name| known.contains(name)), "{node:?}");
                assert!(node.output.iter().all(|name| known.insert(name.clone())), "{node:?}");
            }
            assert!(graph.output.iter().all(|value| known.contains(&value.name)));
        }
    }
}

#[test]
fn weights_are_in_a_model_once() {
    for (_, mut head) in kinds() {
        let parameters = block_on(head.state()).unwrap();
        for scorer in [ScorerName::MaxCosine, ScorerName::Odin] {
            calibrate(&mut head, &scorer.into(), 20);
            let graph = model(&mut head).graph.unwrap();
            for layer in head.config().architecture.layers() {
                for (dims, values) in [
                    (vec![layer.outputs, layer.inputs], layer.weight),
                    (vec![layer.outputs], layer.bias),
                ] {
                    let bytes: Vec<u8> =
                        parameters[values].iter().flat_map(|value| value.to_le_bytes()).collect();
                    let is_it = |tensor: &&TensorProto| tensor.raw_data == bytes;
                    let found: Vec<_> = graph.initializer.iter().filter(is_it).collect();
                    assert_eq!(found.len(), 1);
                    assert_eq!(
                        found[0].dims,
                        dims.iter().map(|&dim| dim as i64).collect::<Vec<_>>()
                    );
                }
            }
        }
    }
}

#[test]
fn the_same_head_gives_the_same_bytes_and_is_left_as_it_is() {
    let mut head = trained(&[4.0], None);
    calibrate(&mut head, &ScorerName::Odin.into(), 30);
    let before = block_on(head.gate(&questions(FEATURES))).unwrap();
    let first = onnx::write(&block_on(head.snapshot()).unwrap()).unwrap();
    assert_eq!(onnx::write(&block_on(head.snapshot()).unwrap()).unwrap(), first);
    assert_eq!(block_on(head.gate(&questions(FEATURES))).unwrap(), before);
}

#[test]
fn a_head_without_a_calibration_is_refused() {
    let mut head = trained(&[], None);
    let error = onnx::write(&block_on(head.snapshot()).unwrap()).unwrap_err();
    assert_eq!(error, Error::NotCalibrated);
    assert!(error.to_string().contains("exportOnnx"));
}

#[test]
fn a_scorer_with_training_rows_is_refused() {
    let mut head = trained(&[], None);
    let exported: HashSet<_> = scorers().iter().map(|(scorer, _)| scorer.name.as_str()).collect();
    let refused: Vec<_> =
        ScorerName::ALL.into_iter().filter(|name| !exported.contains(name.as_str())).collect();
    assert_eq!((exported.len(), refused.len()), (8, 16));
    for name in refused {
        calibrate(&mut head, &name.into(), 30);
        let error = onnx::write(&block_on(head.snapshot()).unwrap()).unwrap_err();
        assert_eq!(error.code(), "invalid-option");
        let message = error.to_string();
        assert!(message.starts_with(
            "calibration.scorer: expected a calibration with a scorer that needs no training rows"
        ));
        assert!(message.ends_with(&format!("got {}", name.as_str())), "{message}");
    }
}

#[test]
fn a_broken_snapshot_is_refused() {
    let mut head = trained(&[], None);
    calibrate(&mut head, &ScorerName::Msp.into(), 30);
    let snapshot = block_on(head.snapshot()).unwrap();
    let broken = [
        Snapshot { state: vec![0.0; 3], ..snapshot.clone() },
        Snapshot { scores: Vec::new(), ..snapshot.clone() },
        Snapshot { scores: vec![f32::NAN], ..snapshot },
    ];
    for snapshot in broken {
        assert!(matches!(onnx::write(&snapshot), Err(Error::InvalidFile(_))));
    }
}
