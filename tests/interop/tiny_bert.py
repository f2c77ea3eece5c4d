"""Writes tests/interop/tiny-bert, a model that transformers.js takes for a BERT: python tiny_bert.py

Random word vectors and one layer with a tanh over them: enough for a tokenizer, a session and a pooling to have something to do.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).with_name("tiny-bert")
WIDTH = 16
WORDS = "[PAD] [UNK] [CLS] [SEP] the a is on my what when how bank money card account weather rain sun cloud train bus ticket station".split()


def model():
    random = np.random.default_rng(0)
    arrays = {
        "words": random.normal(size=(len(WORDS), WIDTH)),
        "weight": random.normal(size=(WIDTH, WIDTH)) / np.sqrt(WIDTH),
    }
    tokens = ["rows", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, tokens) for name in ("input_ids", "attention_mask", "token_type_ids")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*tokens, WIDTH])
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["embedded"]),
        helper.make_node("MatMul", ["embedded", "weight"], ["mixed"]),
        helper.make_node("Tanh", ["mixed"], ["last_hidden_state"]),
    ]
    initializers = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7, producer_name="tiny_bert.py")
    onnx.checker.check_model(made, full_check=True)
    return made


def tokenizer():
    vocabulary = {word: index for index, word in enumerate(WORDS)}
    special = [
        {"id": index, "content": word, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for index, word in enumerate(WORDS[:4])
    ]
    around = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": around,
            "pair": around,
            "special_tokens": {word: {"id": word, "ids": [vocabulary[word]], "tokens": [word]} for word in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary},
    }


def main():
    files = {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": 1,
            "num_attention_heads": 1, "vocab_size": len(WORDS), "max_position_embeddings": 32, "pad_token_id": 0,
        },
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": {
            "tokenizer_class": "BertTokenizer", "model_max_length": 32, "do_lower_case": True, "pad_token": "[PAD]",
            "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
        },
    }
    (FOLDER / "onnx").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FOLDER / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (FOLDER / "onnx" / "model.onnx").write_bytes(model().SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
