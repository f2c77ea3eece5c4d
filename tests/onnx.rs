//! Exported ONNX models, as files: whole, sound, described, and refused where there is nothing to
//! export. What they compute is checked by ONNX Runtime: `tests/interop/onnx.test.mjs`,
//! `tests/interop/onnx_file.py`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[path = "interop/heads.rs"]
mod heads;

use std::collections::HashSet;

use oodgate::{
    Error,
    calibration::CalibrationOptions,
    files::onnx::{
        self, Front, Layout, Pooling,
        proto::{ModelProto, TensorProto, ValueInfoProto, data_type},
    },
    head::export::ExportOptions,
    ood::{FittedArrays, ScorerName, ScorerOptions},
    snapshot::Snapshot,
};
use pollster::block_on;
use prost::Message;

use heads::{
    CLASSES, FEATURES, Head, calibrate, exported, kinds, questions, rows, scorers_of, trained,
};

fn model(head: &mut Head) -> ModelProto {
    ModelProto::decode(exported(head, Layout::default()).as_slice()).unwrap()
}

fn refused(head: &mut Head, options: ExportOptions) -> Error {
    block_on(head.fitted_arrays(options)).unwrap_err()
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
        for (scorer, rows) in scorers_of(&head) {
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
            let warning = head.calibration().and_then(|calibration| calibration.warning.clone());
            assert_eq!(metadata::<String>(&model, "warning"), warning, "{rows} rows");

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
                ("classes", data_type::STRING, vec![classes]),
            ];
            assert_eq!(outputs, expected, "{kind}, {scorer:?}");

            // Every name is given once, and before it is used.
            let mut known = HashSet::from(["features".to_string()]);
            for tensor in &graph.initializer {
                let count = tensor.dims.iter().product::<i64>() as usize;
                match tensor.data_type {
                    data_type::STRING => assert_eq!(tensor.string_data.len(), count),
                    data_type::INT64 => assert_eq!(tensor.raw_data.len(), 8 * count),
                    _ => assert_eq!(tensor.raw_data.len(), 4 * count),
                }
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
fn a_front_has_the_inputs_of_a_backbone() {
    let mut head = trained(&[], None);
    calibrate(&mut head, &ScorerName::Auto.into(), 30);
    let width = Some(FEATURES as i64);
    let features = ("features", data_type::FLOAT, vec![None, width]);
    let tokens = ("last_hidden_state", data_type::FLOAT, vec![None, None, width]);
    let mask = ("attention_mask", data_type::INT64, vec![None, None]);
    for (pooling, expected) in [
        (None, vec![features]),
        (Some(Pooling::Mean), vec![tokens.clone(), mask]),
        (Some(Pooling::Cls), vec![tokens]),
    ] {
        for normalize in [false, true] {
            let front = Front { pooling, normalize };
            let file = exported(&mut head, Layout { front, ..Layout::default() });
            let graph = ModelProto::decode(file.as_slice()).unwrap().graph.unwrap();
            assert_eq!(graph.input.iter().map(shape).collect::<Vec<_>>(), expected);
            let names = |value: &ValueInfoProto| {
                let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
                let dims = &tensor.shape.as_ref().unwrap().dim;
                dims.iter().filter_map(|dim| dim.dim_param.clone()).collect::<Vec<_>>()
            };
            for axes in graph.input.iter().map(names) {
                assert_eq!(axes, ["rows", "tokens"][..axes.len()]);
            }
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
    let first = exported(&mut head, Layout::default());
    assert_eq!(exported(&mut head, Layout::default()), first);
    assert_eq!(block_on(head.gate(&questions(FEATURES))).unwrap(), before);
}

#[test]
fn a_calibration_by_class_says_what_a_row_may_be() {
    let mut head = trained(&[], None);
    let (features, labels) = rows(120, 3);
    let mut options = CalibrationOptions::from(ScorerName::Auto);
    options.per_class = true;
    block_on(head.calibrate(&features, &labels, &options)).unwrap();
    let graph = model(&mut head).graph.unwrap();
    let outputs: Vec<_> = graph.output.iter().map(shape).collect();
    let classes = Some(CLASSES.len() as i64);
    assert!(outputs.contains(&("class_set", data_type::BOOL, vec![None, classes])));
}

#[test]
fn halves_take_half_the_bytes() {
    for hidden in [vec![], vec![64.0]] {
        let mut head = trained(&hidden, None);
        calibrate(&mut head, &ScorerName::Knn.into(), 20);
        let matrices = |file: &[u8]| -> usize {
            let graph = ModelProto::decode(file).unwrap().graph.unwrap();
            let matrices = graph.initializer.iter().filter(|tensor| tensor.dims.len() == 2);
            matrices.map(|tensor| tensor.raw_data.len()).sum()
        };
        let [whole, half] = [false, true]
            .map(|is_half| matrices(&exported(&mut head, Layout { is_half, ..Layout::default() })));
        assert_eq!(whole, 2 * half);
    }
}

#[test]
fn a_smaller_bank_keeps_so_many_rows() {
    for (scorer, bank, neighbours) in [
        (ScorerName::Knn, 30.0, Some(13.0)),
        (ScorerName::NnGuide, 12.0, Some(1.0)),
        (ScorerName::Auto, 1.0, None),
        (ScorerName::Auto, 50.0, None),
        (ScorerName::Auto, 1e9, None),
        (ScorerName::Mahalanobis, 1.0, None),
    ] {
        let mut head = trained(&[], None);
        calibrate(&mut head, &scorer.into(), 20);
        let of = |head: &mut Head, bank| {
            let options = ExportOptions { include_training_rows: true, bank };
            block_on(head.fitted_arrays(options)).unwrap()
        };
        let (all, some) = (of(&mut head, None), of(&mut head, Some(bank)));
        let fitted = onnx::write(&block_on(head.snapshot()).unwrap(), &some, Layout::default());
        assert!(fitted.is_ok(), "{}", scorer.as_str());
        if let Some(neighbours) = neighbours {
            assert_eq!(some.numbers, [neighbours]);
            assert_eq!(some.arrays[0].len(), bank as usize * FEATURES);
        } else if scorer == ScorerName::Auto && bank < 100.0 {
            let (rows, gaps) = (&some.arrays[14], &some.arrays[15]);
            // A single row has no neighbour.
            let count = if bank == 1.0 { 0 } else { bank as usize };
            assert_eq!((rows.len(), gaps.len()), (bank as usize * FEATURES, count));
            assert_eq!(some.arrays[..14], all.arrays[..14]);
        } else {
            assert_eq!(all, some);
        }
    }
}

#[test]
fn a_head_without_a_calibration_is_refused() {
    let mut head = trained(&[], None);
    let snapshot = block_on(head.snapshot()).unwrap();
    let error = onnx::write(&snapshot, &FittedArrays::default(), Layout::default()).unwrap_err();
    assert_eq!(error, Error::NotCalibrated);
    assert_eq!(refused(&mut head, ExportOptions::default()), Error::NotCalibrated);
    assert!(error.to_string().contains("exportOnnx"));
}

#[test]
fn training_rows_go_along_only_where_that_is_meant() {
    for scorer in ScorerName::ALL {
        // ash and scale refuse negative inputs, which a linear head's are.
        let mut head = trained(&[8.0], None);
        calibrate(&mut head, &scorer.into(), 30);
        let options = ExportOptions { bank: Some(50.0), ..ExportOptions::default() };
        match scorer {
            ScorerName::Auto | ScorerName::Knn | ScorerName::NnGuide => {
                for (options, count) in [(options, 50), (ExportOptions::default(), 120)] {
                    let error = refused(&mut head, options);
                    assert_eq!(error.code(), "invalid-option");
                    let expected = format!(
                        "exportOnnx: expected exportOnnx({{ includeTrainingRows: true }}), because the scorer {} compares with \
                         training rows and the file would hold {count} of them, got exportOnnx()",
                        scorer.as_str(),
                    );
                    assert_eq!(error.to_string(), expected);
                }
            }
            _ => assert!(block_on(head.fitted_arrays(options)).is_ok(), "{}", scorer.as_str()),
        }
    }
}

#[test]
fn a_bank_is_a_number_of_rows() {
    let mut head = trained(&[], None);
    calibrate(&mut head, &ScorerName::Auto.into(), 30);
    for bank in [0.0, -1.0, 1.5, f64::NAN, 1e10] {
        let options = ExportOptions { include_training_rows: true, bank: Some(bank) };
        assert!(
            refused(&mut head, options)
                .to_string()
                .starts_with("options.bank: expected an integer")
        );
    }
}

#[test]
fn a_broken_snapshot_is_refused() {
    let mut head = trained(&[], None);
    calibrate(&mut head, &ScorerName::Mahalanobis.into(), 30);
    let snapshot = block_on(head.snapshot()).unwrap();
    let fitted = block_on(head.fitted_arrays(ExportOptions::default())).unwrap();
    assert!(onnx::write(&snapshot, &fitted, Layout::default()).is_ok());
    let mut others = vec![fitted.clone(); 3];
    others[0].arrays.pop();
    others[1].arrays.push(Vec::new());
    others[2].arrays[1].clear();
    let mut broken: Vec<_> = others.into_iter().map(|fitted| (snapshot.clone(), fitted)).collect();
    for snapshot in [
        Snapshot { state: vec![0.0; 3], ..snapshot.clone() },
        Snapshot { scores: Vec::new(), ..snapshot.clone() },
        Snapshot { scores: vec![f32::NAN], ..snapshot },
    ] {
        broken.push((snapshot, fitted.clone()));
    }
    for (index, (snapshot, fitted)) in broken.iter().enumerate() {
        let written = onnx::write(snapshot, fitted, Layout::default());
        assert!(matches!(written, Err(Error::InvalidFile(_))), "{index}");
    }
}
