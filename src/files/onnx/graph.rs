//! A graph under construction: nodes in the order in which they are computed, each with one result.

use super::proto::{
    AttributeProto, Dimension, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorType,
    TypeProto, ValueInfoProto, attribute_type, data_type,
};
use crate::files::tensors::{float_bytes, half_bytes};

/// A tensor of the graph: an input, a constant or a node's result.
#[derive(Clone, Copy)]
pub struct Value(usize);

/// How long a tensor is along one of its axes.
#[derive(Clone, Copy)]
pub enum Axis {
    /// As many as the caller has rows.
    Rows,
    /// As many as the longest text has tokens.
    Tokens,
    /// So many.
    Of(usize),
}

/// A graph under construction. Rows are the first axis of every tensor that depends on the input.
#[derive(Default)]
pub struct Graph {
    names: Vec<String>,
    graph: GraphProto,
    /// Whether matrices take half the bytes.
    is_half: bool,
}

impl Graph {
    /// An empty graph, whose matrices are float16 in the file if asked for. All arithmetic is
    /// float32.
    pub fn new(is_half: bool) -> Self {
        Self { is_half, ..Self::default() }
    }

    /// An input.
    pub fn input(&mut self, name: &str, data_type: i32, shape: &[Axis], doc: &str) -> Value {
        self.graph.input.push(described(name, data_type, shape, doc));
        self.value(name.into())
    }

    /// Makes a value an output of the graph. A value is an output at most once.
    pub fn output(&mut self, value: Value, name: &str, data_type: i32, shape: &[Axis], doc: &str) {
        self.graph.output.push(described(name, data_type, shape, doc));
        let node = self
            .graph
            .node
            .iter_mut()
            .flat_map(|node| node.input.iter_mut().chain(&mut node.output));
        node.filter(|known| **known == self.names[value.0]).for_each(|known| *known = name.into());
        self.names[value.0] = name.into();
    }

    /// A constant of float32.
    pub fn floats(&mut self, dims: &[usize], values: &[f32]) -> Value {
        self.constant(data_type::FLOAT, dims, float_bytes(values))
    }

    /// A constant matrix, row-major: what most of a file is made of.
    pub fn matrix(&mut self, width: usize, values: &[f32]) -> Value {
        let dims = [values.len() / width, width];
        let unit = if self.is_half { unit(values) } else { None };
        let Some(unit) = unit else { return self.floats(&dims, values) };
        let halves = self.constant(data_type::FLOAT16, &dims, half_bytes(values, unit));
        let wide = self.op_with("Cast", &[halves], "to", data_type::FLOAT.into());
        let unit = self.scalar(unit);
        self.op("Mul", &[wide, unit])
    }

    /// A constant list of numbers, each as a float32 and what that leaves of it: see
    /// [`Graph::minus`].
    pub fn wide(&mut self, values: &[f64]) -> [Value; 2] {
        let near: Vec<f32> = values.iter().map(|&value| value as f32).collect();
        let rest: Vec<f32> = values
            .iter()
            .zip(&near)
            .map(|(value, &near)| (value - f64::from(near)) as f32)
            .collect();
        [self.floats(&[near.len()], &near), self.floats(&[rest.len()], &rest)]
    }

    /// Rows less numbers of more digits than float32 has: near them the first difference is exact.
    pub fn minus(&mut self, rows: Value, [near, rest]: [Value; 2]) -> Value {
        let offset = self.op("Sub", &[rows, near]);
        self.op("Sub", &[offset, rest])
    }

    /// Constant texts.
    pub fn texts(&mut self, texts: &[String]) -> Value {
        let name = self.name_of("constant");
        self.graph.initializer.push(TensorProto {
            dims: vec![texts.len() as i64],
            data_type: data_type::STRING,
            string_data: texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
            name: name.clone(),
            ..TensorProto::default()
        });
        self.value(name)
    }

    /// One float32, for all rows.
    pub fn scalar(&mut self, value: f32) -> Value {
        self.floats(&[], &[value])
    }

    /// A constant list of int32, one for all rows or one for each column.
    pub fn ints(&mut self, values: &[i32]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(data_type::INT32, &[values.len()], bytes)
    }

    /// A constant list of int64: class indices, axes.
    pub fn list(&mut self, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(data_type::INT64, &[values.len()], bytes)
    }

    /// A node without attributes.
    pub fn op(&mut self, op: &str, inputs: &[Value]) -> Value {
        self.node(op, inputs, Vec::new(), 1)
    }

    /// A node with one whole-numbered attribute.
    pub fn op_with(&mut self, op: &str, inputs: &[Value], attribute: &str, value: i64) -> Value {
        self.node(op, inputs, vec![int(attribute, value)], 1)
    }

    /// Sum over each row, `[rows, 1]`.
    pub fn sum(&mut self, value: Value) -> Value {
        let axes = self.list(&[1]);
        self.op("ReduceSum", &[value, axes])
    }

    /// Largest of each row, `[rows, 1]`.
    pub fn max(&mut self, value: Value) -> Value {
        let axes = AttributeProto {
            name: "axes".into(),
            ints: vec![1],
            r#type: attribute_type::INTS,
            ..Default::default()
        };
        self.node("ReduceMax", &[value], vec![axes], 1)
    }

    /// The `count` largest of each row, the largest first, and where they are, `[rows, count]`.
    pub fn largest(&mut self, value: Value, count: usize) -> [Value; 2] {
        let count = self.list(&[count as i64]);
        let values = self.node("TopK", &[value, count], Vec::new(), 2);
        [values, Value(values.0 + 1)]
    }

    /// Inner products with the rows of a matrix, `[rows, matrix rows]`, and something added.
    pub fn products(&mut self, rows: Value, matrix: Value, added: Option<Value>) -> Value {
        let inputs: Vec<Value> = [rows, matrix].into_iter().chain(added).collect();
        self.op_with("Gemm", &inputs, "transB", 1)
    }

    /// Squared length of each row, `[rows, 1]`.
    pub fn squares(&mut self, rows: Value) -> Value {
        let squares = self.op("Mul", &[rows, rows]);
        self.sum(squares)
    }

    /// The larger one of a value and a number.
    pub fn at_least(&mut self, value: Value, least: f32) -> Value {
        let least = self.scalar(least);
        self.op("Max", &[value, least])
    }

    /// `[rows, 1]` to `[rows]`, `[rows, 1, width]` to `[rows, width]`.
    pub fn squeeze(&mut self, value: Value) -> Value {
        let axes = self.list(&[1]);
        self.op("Squeeze", &[value, axes])
    }

    /// The finished graph.
    pub fn finish(self, name: &str) -> GraphProto {
        GraphProto { name: name.into(), ..self.graph }
    }

    fn constant(&mut self, data_type: i32, dims: &[usize], raw_data: Vec<u8>) -> Value {
        let name = self.name_of("constant");
        self.graph.initializer.push(TensorProto {
            dims: dims.iter().map(|&dim| dim as i64).collect(),
            data_type,
            name: name.clone(),
            raw_data,
            ..TensorProto::default()
        });
        self.value(name)
    }

    /// The first result of a node; the others follow it.
    fn node(
        &mut self,
        op: &str,
        inputs: &[Value],
        attribute: Vec<AttributeProto>,
        results: usize,
    ) -> Value {
        let input = inputs.iter().map(|value| self.names[value.0].clone()).collect();
        let first = self.names.len();
        for _ in 0..results {
            let name = self.name_of(op);
            self.names.push(name);
        }
        let (name, output) = (self.names[first].clone(), self.names[first..].to_vec());
        self.graph.node.push(NodeProto { input, output, name, op_type: op.into(), attribute });
        Value(first)
    }

    fn name_of(&self, kind: &str) -> String {
        format!("{kind}_{}", self.names.len())
    }

    fn value(&mut self, name: String) -> Value {
        self.names.push(name);
        Value(self.names.len() - 1)
    }
}

/// The power of two by which a matrix is divided before it is rounded, so that its largest numbers
/// take all digits whatever their size; none where that does not fit float32, or all are 0.
fn unit(values: &[f32]) -> Option<f32> {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let unit = f32::from_bits(largest.to_bits() & 0x7F80_0000);
    unit.is_normal().then_some(unit)
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        i: Some(value),
        r#type: attribute_type::INT,
        ..Default::default()
    }
}

fn described(name: &str, elem_type: i32, shape: &[Axis], doc: &str) -> ValueInfoProto {
    let named = |name: &str| Dimension { dim_param: Some(name.into()), ..Default::default() };
    let dim = shape.iter().map(|axis| match axis {
        Axis::Of(size) => Dimension { dim_value: Some(*size as i64), ..Default::default() },
        Axis::Rows => named("rows"),
        Axis::Tokens => named("tokens"),
    });
    let shape = TensorShapeProto { dim: dim.collect() };
    let tensor_type = TensorType { elem_type, shape: Some(shape) };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto { tensor_type: Some(tensor_type) }),
        doc_string: doc.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_power_of_two_at_most_the_largest() {
        assert_eq!(unit(&[0.3, -5.0]), Some(4.0));
        assert_eq!(unit(&[1e38, 1.0]).map(|unit| 1e38 / unit < 2.0), Some(true));
        assert_eq!([unit(&[0.0]), unit(&[f32::INFINITY]), unit(&[1e-40])], [None; 3]);
    }
}
