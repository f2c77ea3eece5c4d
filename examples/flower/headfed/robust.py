"""FedAvg for nodes that nobody vouches for."""

import math
from collections.abc import Iterable

import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import FedAvg


class RobustFedAvg(FedAvg):
    """FedAvg that leaves out replies which are not finite, of another shape or of absurd weight.

    A stock FedAvg ends the whole run on a reply with other keys or shapes, and averages NaN. What
    is left out is logged with its node and the reason. An update that is wrong and yet plausible
    is averaged like any other: this is no defence against somebody who means harm.
    """

    def __init__(
        self, *, max_examples: float, server_learning_rate: float = 1.0, **options
    ) -> None:
        super().__init__(**options)
        self.max_examples = max_examples
        self.server_learning_rate = server_learning_rate
        self.before: dict[str, np.ndarray] = {}

    def configure_train(self, server_round, arrays, config, grid):
        self.before = {name: array.numpy() for name, array in arrays.items()}
        return super().configure_train(server_round, arrays, config, grid)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        kept = self.sound(replies, ("loss", "accuracy"), has_arrays=True)
        arrays, metrics = super().aggregate_train(server_round, kept)
        if arrays is None or self.server_learning_rate == 1.0:
            return arrays, metrics
        # The mean update, taken further: with few classes a node, averages alone move slowly.
        rate = self.server_learning_rate
        moved = {
            name: Array((1 - rate) * self.before[name] + rate * array.numpy())
            for name, array in arrays.items()
        }
        return ArrayRecord(moved), metrics

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        return super().aggregate_evaluate(server_round, self.sound(replies, ("accuracy",)))

    def sound(
        self, replies: Iterable[Message], metrics: tuple[str, ...], has_arrays: bool = False
    ) -> list[Message]:
        """The replies that can be averaged, and those that are errors, which FedAvg logs."""
        kept = []
        for reply in replies:
            fault = None if reply.has_error() else self.fault_of(reply, metrics, has_arrays)
            if fault is None:
                kept.append(reply)
            else:
                print(f"LEFT OUT node {reply.metadata.src_node_id}: {fault}", flush=True)
        return kept

    def fault_of(self, reply: Message, metrics: tuple[str, ...], has_arrays: bool) -> str | None:
        """Why a reply cannot be averaged, if it cannot."""
        try:
            content = reply.content
            expected = ["arrays", "metrics"] if has_arrays else ["metrics"]
            if sorted(content.keys()) != expected:
                return f"records {sorted(content.keys())}"
            values = content["metrics"]
            if set(values.keys()) != {self.weighted_by_key, *metrics}:
                return f"metrics {sorted(values.keys())}"
            numbers = [value for value in values.values() if type(value) in (int, float)]
            if len(numbers) < len(values) or not all(map(math.isfinite, numbers)):
                return "metrics that are no finite numbers"
            if not 0 < values[self.weighted_by_key] <= self.max_examples:
                return f"a weight of {values[self.weighted_by_key]}"
            return self.fault_of_arrays(content["arrays"]) if has_arrays else None
        # Whatever a node sent, it is that node's fault and not the run's.
        except Exception as error:  # pylint: disable=broad-exception-caught
            return f"{type(error).__name__}: {error}"

    def fault_of_arrays(self, arrays: ArrayRecord) -> str | None:
        if set(arrays.keys()) != set(self.before):
            return f"arrays {sorted(arrays.keys())}"
        for name, array in arrays.items():
            values = array.numpy()
            if values.dtype != np.float32 or values.shape != self.before[name].shape:
                return f"{name} of {values.dtype} {values.shape}"
            if not np.isfinite(values).all():
                return f"{name} with numbers that are not finite"
        return None
