//! A graph under construction: nodes in the order in which they are computed, each with one result.

use super::proto::{
    AttributeProto, Dimension, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorType,
    TypeProto, ValueInfoProto, attribute_type, data_type,
};

/// A tensor of the graph: an input, a constant or a node's result.
#[derive(Clone, Copy)]
pub struct Value(usize);

/// A graph under construction. Rows are the first axis of every tensor that depends on the input.
#[derive(Default)]
pub struct Graph {
    names: Vec<String>,
    graph: GraphProto,
}

impl Graph {
    /// A float32 input `[rows, width]`.
    pub fn input(&mut self, name: &str, width: usize, doc: &str) -> Value {
        self.graph.input.push(described(name, data_type::FLOAT, Some(width), doc));
        self.value(name.into())
    }

    /// Makes a value an output of the graph: `[rows, width]`, or `[rows]` without a width. A value
    /// is an output at most once.
    pub fn output(
        &mut self,
        value: Value,
        name: &str,
        data_type: i32,
        width: Option<usize>,
        doc: &str,
    ) {
        self.graph.output.push(described(name, data_type, width, doc));
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
        self.constant(
            data_type::FLOAT,
            dims,
            values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        )
    }

    /// One float32, for all rows.
    pub fn scalar(&mut self, value: f32) -> Value {
        self.floats(&[], &[value])
    }

    /// One int32, for all rows.
    pub fn int(&mut self, value: i32) -> Value {
        self.constant(data_type::INT32, &[], value.to_le_bytes().into())
    }

    /// A constant list of int64: class indices, axes.
    pub fn list(&mut self, values: impl IntoIterator<Item = i64>) -> Value {
        let bytes: Vec<u8> = values.into_iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(data_type::INT64, &[bytes.len() / 8], bytes)
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
        let axes = self.list([1]);
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

    /// The `count` largest of each row, `[rows, count]`.
    pub fn largest(&mut self, value: Value, count: usize) -> Value {
        let count = self.list([count as i64]);
        // Its second result, which may not be left out, says where they were.
        self.node("TopK", &[value, count], Vec::new(), 2)
    }

    /// `[rows, 1]` to `[rows]`.
    pub fn squeeze(&mut self, value: Value) -> Value {
        let axes = self.list([1]);
        self.op("Squeeze", &[value, axes])
    }

    /// The finished graph.
    pub fn finish(self, name: &str) -> GraphProto {
        GraphProto { name: name.into(), ..self.graph }
    }

    fn constant(&mut self, data_type: i32, dims: &[usize], raw_data: Vec<u8>) -> Value {
        let name = format!("constant_{}", self.names.len());
        let dims = dims.iter().map(|&dim| dim as i64).collect();
        self.graph.initializer.push(TensorProto { dims, data_type, name: name.clone(), raw_data });
        self.value(name)
    }

    fn node(
        &mut self,
        op: &str,
        inputs: &[Value],
        attribute: Vec<AttributeProto>,
        results: usize,
    ) -> Value {
        let input = inputs.iter().map(|value| self.names[value.0].clone()).collect();
        let name = format!("{op}_{}", self.names.len());
        let unused = (1..results).map(|result| format!("{name}_{result}"));
        let output = std::iter::once(name.clone()).chain(unused).collect();
        self.graph.node.push(NodeProto {
            input,
            output,
            name: name.clone(),
            op_type: op.into(),
            attribute,
        });
        self.value(name)
    }

    fn value(&mut self, name: String) -> Value {
        self.names.push(name);
        Value(self.names.len() - 1)
    }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        i: Some(value),
        r#type: attribute_type::INT,
        ..Default::default()
    }
}

fn described(name: &str, elem_type: i32, width: Option<usize>, doc: &str) -> ValueInfoProto {
    let rows = Dimension { dim_param: Some("rows".into()), ..Default::default() };
    let width =
        width.map(|width| Dimension { dim_value: Some(width as i64), ..Default::default() });
    let shape = TensorShapeProto { dim: std::iter::once(rows).chain(width).collect() };
    let tensor_type = TensorType { elem_type, shape: Some(shape) };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto { tensor_type: Some(tensor_type) }),
        doc_string: doc.into(),
    }
}
