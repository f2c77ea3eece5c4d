// A vision model that takes no time: the first 1280 numbers of the picture. With it the Teach page
// sees frames as fast as its own part of the work goes.

const varint = (value) => {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
};
const number = (field, value) => [...varint(field * 8), ...varint(value)];
const bytes = (field, content) => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const text = (field, value) => bytes(field, Buffer.from(value));

const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;

const value = (name, type, shape) => {
  const dimensions = shape.flatMap((size) => bytes(1, number(1, size)));
  const tensor = [...number(1, type), ...bytes(2, dimensions)];
  return [...text(1, name), ...bytes(2, bytes(1, tensor))];
};
const integers = (name, values) => {
  const size = number(1, values.length);
  return [...size, ...number(2, INT64), ...bytes(7, values.flatMap(varint)), ...text(8, name)];
};
const node = (kind, inputs, output, attributes = []) => [
  ...inputs.flatMap((input) => text(1, input)),
  ...text(2, output),
  ...text(4, kind),
  ...attributes.flatMap((attribute) => bytes(5, attribute)),
];
const integer = (name, value) => [...text(1, name), ...number(3, value), ...number(20, 2)];

/** @param {number} side of the picture */
export function tinyModel(side) {
  const size = side * side * 4;
  const nodes = [
    node("Reshape", ["rgba", "flat"], "row"),
    node("Slice", ["row", "from", "to", "axis"], "some"),
    node("Cast", ["some"], "features", [integer("to", FLOAT)]),
  ];
  const constants = { flat: [1, size], from: [0], to: [1280], axis: [1] };
  const graph = [
    ...nodes.flatMap((one) => bytes(1, one)),
    ...text(2, "tiny"),
    ...Object.entries(constants).flatMap(([name, values]) => bytes(5, integers(name, values))),
    ...bytes(11, value("rgba", UINT8, [1, side, side, 4])),
    ...bytes(12, value("features", FLOAT, [1, 1280])),
  ];
  return Buffer.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}
