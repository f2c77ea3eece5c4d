"""What flwr itself makes of messages, objects and arrays: golden.json, which codec.test.mjs compares with.

    python tests/flower/golden.py      with the versions of examples/flower/requirements.txt
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Error, Message, MetricRecord, RecordDict
from flwr.app.metadata import Metadata
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import ActivateNodeRequest, PullMessagesResponse, RegisterNodeFleetRequest
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import PushObjectRequest
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree

NODE, RUN = 15129121796207586467, 9754089361163422310


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def npy(array: np.ndarray) -> str:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return text(out.getvalue())


def described(message: Message) -> dict:
    """A message by its objects, as a tree of ids and as it is sent."""
    objects = get_all_nested_objects(message)
    bare = Message(RecordDict(), metadata=message.metadata) if message.has_content() else message
    bare.metadata.__dict__["_message_id"] = message.object_id
    return {
        "id": message.object_id,
        "objects": {name: text(each.deflate()) for name, each in objects.items()},
        "tree": text(get_object_tree(message).SerializeToString(deterministic=True)),
        "wire": text(message_to_proto(bare).SerializeToString(deterministic=True)),
    }


def metadata(**changed) -> Metadata:
    values = {
        "run_id": RUN, "message_id": "", "src_node_id": 1, "dst_node_id": NODE, "reply_to_message_id": "",
        "group_id": "", "ttl": 3600.0, "message_type": "train", "created_at": 1_700_000_000.25,
    }
    return Metadata(**{**values, **changed})


weights = {
    "0.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
    "0.bias": np.array([-1.5, 3.25e-20], np.float32),
}
arrays = ArrayRecord({name: Array(values) for name, values in weights.items()})
# Two parts of 5 MiB that are equal, so that one child stands for both, and a smaller third.
large = ArrayRecord({"0.weight": Array(np.zeros((3, 1024 * 1024), np.float32))})

config = ConfigRecord({
    "server-round": 3, "epochs": 2, "rate": -0.5, "negative": -7, "zero": 0, "flag": True, "off": False,
    "schedule": "cosine", "empty": "", "classes": ["oak", "ash", "élan"], "bytes": b"\x00\xff", "doubles": [0.5, 1.5],
})
order = Message(RecordDict({"arrays": arrays, "config": config}), metadata=metadata())
double = Message(
    RecordDict({"arrays": ArrayRecord({"w": Array(np.array([[1.5, -2.0]]))}), "config": ConfigRecord({})}),
    metadata=metadata(message_type="evaluate.home"),
)
asked = order.object_id
back = {"src_node_id": NODE, "dst_node_id": 1, "reply_to_message_id": asked, "ttl": 3599.0, "created_at": 1_700_000_001.25}
metrics = MetricRecord({"num-examples": 90.0, "loss": 0.125, "accuracy": 0.0})
reply = Message(RecordDict({"arrays": arrays, "metrics": metrics}), metadata=metadata(**back))
failure = Message(Error(code=2, reason="not-finite: élan"), metadata=metadata(**back))
node = Node(node_id=NODE)

golden = {
    "node": str(NODE),
    "npy": [
        {"shape": list(array.shape), "type": array.dtype.str, "data": array.astype(float).ravel().tolist(), "bytes": npy(array)}
        for array in [
            *weights.values(), np.zeros((0, 4), np.float32), np.float32(2.5).reshape(()), np.ones((2, 1, 3), np.float32),
            np.array([[0.1, -2.0]]), np.arange(3.0),
        ]
    ],
    "refused": [
        npy(np.asfortranarray(np.ones((2, 3), np.float32))), npy(np.arange(3)), npy(np.ones(2, ">f4")), npy(np.ones(2, np.float16)),
    ],
    "order": {**described(order), "asked": asked},
    "evaluation": described(double),
    "reply": described(reply),
    "failure": described(failure),
    "large": {name: len(each.deflate()) for name, each in get_all_nested_objects(large).items()},
    "pulled": text(
        PullMessagesResponse(
            messages_list=[message_to_proto(order)], message_object_trees=[get_object_tree(order)]
        ).SerializeToString(deterministic=True)
    ),
    "requests": {
        "register": text(RegisterNodeFleetRequest(public_key=b"key").SerializeToString()),
        "activate": text(ActivateNodeRequest(public_key=b"key", heartbeat_interval=60.0).SerializeToString()),
        "heartbeat": text(SendNodeHeartbeatRequest(node=node, heartbeat_interval=60.0).SerializeToString()),
        "push": text(
            PushObjectRequest(
                node=node, run_id=RUN, object_id="ab", object_content=b"content", session_id="session"
            ).SerializeToString()
        ),
    },
}

Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
