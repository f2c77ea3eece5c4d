// Things for a fake camera to see: those of the site's sample.

import { draw } from "../../www/shared/samples/draw.mjs";

/** Runs in a page. */
async function encode(pictures) {
  const texts = [];
  for (const picture of pictures) {
    let text = "";
    for (const byte of new Uint8Array(await picture.arrayBuffer()))
      text += String.fromCharCode(byte);
    texts.push(btoa(text));
  }
  return texts;
}

/** JPEG files of frames of one session with this thing. `page` is any page of a browser. */
export async function drawn(page, thing, session, frames = 45) {
  const drawing = JSON.stringify({ thing, session, frames, width: 320, height: 240 });
  const encoded = await page.evaluate(`(${draw})(${drawing}).then(${encode})`);
  return encoded.map((text) => Buffer.from(text, "base64"));
}
