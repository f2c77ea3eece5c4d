//! What a graph does before the head: a backbone's token features to one row a text, and rows to
//! unit length, as transformers.js and sentence-transformers do.

use super::{
    graph::{Axis, Graph, Value},
    proto::data_type,
};

/// How the features of a text's tokens become one row. The names are those of transformers.js.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Their mean, over the tokens that the attention mask does not leave out.
    Mean,
    /// The first token's.
    Cls,
}

impl Pooling {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Mean, Self::Cls];

    /// Its name in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
        }
    }
}

/// What comes before the head; by default nothing, and the input is features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// With it the input is `last_hidden_state`, `[rows, tokens, features]`, and for the mean
    /// `attention_mask`, `[rows, tokens]`.
    pub pooling: Option<Pooling>,
    /// Whether rows are brought to unit length, after pooling.
    pub normalize: bool,
}

impl Front {
    /// The graph's inputs, and the features that they lead to: NaN where nothing can be divided by,
    /// that is for a text whose tokens are all masked, and for a row of zeros at unit length.
    pub(super) fn features(self, graph: &mut Graph, width: usize) -> Value {
        let features = match self.pooling {
            None => {
                let doc = "float32, as the head was trained on";
                let doc = if self.normalize { "float32, of any length" } else { doc };
                let shape = [Axis::Rows, Axis::Of(width)];
                graph.input("features", data_type::FLOAT, &shape, doc)
            }
            Some(pooling) => pooling.pooled(graph, width),
        };
        if !self.normalize {
            return features;
        }
        let squares = graph.squares(features);
        let length = graph.op("Sqrt", &[squares]);
        graph.op("Div", &[features, length])
    }
}

impl Pooling {
    fn pooled(self, graph: &mut Graph, width: usize) -> Value {
        let shape = [Axis::Rows, Axis::Tokens, Axis::Of(width)];
        let doc = "the backbone's features of each token";
        let tokens = graph.input("last_hidden_state", data_type::FLOAT, &shape, doc);
        match self {
            Self::Mean => mean(graph, tokens),
            Self::Cls => {
                let first = graph.list(&[0]);
                let first = graph.op_with("Gather", &[tokens, first], "axis", 1);
                graph.squeeze(first)
            }
        }
    }
}

/// A product with the mask: no copy of all tokens' features is made.
fn mean(graph: &mut Graph, tokens: Value) -> Value {
    let doc = "1 for a token, 0 for padding; as the backbone gets it";
    let shape = [Axis::Rows, Axis::Tokens];
    let mask = graph.input("attention_mask", data_type::INT64, &shape, doc);
    let mask = graph.op_with("Cast", &[mask], "to", data_type::FLOAT.into());
    let count = graph.sum(mask);
    let axes = graph.list(&[1]);
    let mask = graph.op("Unsqueeze", &[mask, axes]);
    let sum = graph.op("MatMul", &[mask, tokens]);
    let sum = graph.squeeze(sum);
    graph.op("Div", &[sum, count])
}
