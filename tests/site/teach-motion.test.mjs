// The Teach page with a phone's motion sensor: events as a phone sends them, sixty a second.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { move } from "../../www/shared/samples/move.mjs";
import { assertAccessible } from "./axe.mjs";
import { assertFitsAndStands, countJumps, OUTPUT } from "./site.mjs";
import { card, learned, record, visitTeach } from "./teach.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const narrow = { viewport: { width: 360, height: 780 }, hasTouch: true };

/** Runs in a page, before anything of it: a sensor of which nothing is heard until it moves. */
function givePhone() {
  const RATE = 60;
  let timer;
  /** One movement after the other, on the clock: a timer that comes late sends what it owes. */
  window.movePhone = (samples) => {
    clearInterval(timer);
    const begun = performance.now();
    let sent = 0;
    timer = setInterval(() => {
      for (; sent < ((performance.now() - begun) / 1000) * RATE; sent += 1) {
        const [x, y, z, alpha, beta, gamma] = samples[sent % samples.length];
        const accelerationIncludingGravity = { x, y, z };
        const rotationRate = { alpha, beta, gamma };
        const given = { accelerationIncludingGravity, rotationRate, interval: 1000 / RATE };
        const event = new DeviceMotionEvent("devicemotion", given);
        // A phone's sensor keeps time, whatever the page is busy with.
        Object.defineProperty(event, "timeStamp", { value: begun + (sent * 1000) / RATE });
        dispatchEvent(event);
      }
    }, 10);
  };
}

const movePhone = (page, movement, session) =>
  page.evaluate(
    (samples) => window.movePhone(samples),
    move({ movement, session, seconds: 20, rate: 60 }),
  );

const openNumbers = async (page) => {
  await page.click("text=Numbers");
  await page.locator(".table-tools").waitFor();
};
const use = (page) => page.locator(".table-tools button", { hasText: "motion sensor" }).click();
const note = (page, words) => page.locator(".table-tools", { hasText: words }).waitFor();

/** The answers to so many next windows. */
const answers = (page, count) =>
  page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const seen = [];
        const place = document.querySelector(".answer");
        const observer = new MutationObserver(() => {
          seen.push(place.querySelector(".verdict-name").textContent);
          if (seen.length < wanted) return;
          observer.disconnect();
          resolve(seen);
        });
        observer.observe(place, { attributeFilter: ["data-answers"] });
      }),
    count,
  );

test("two movements are known again while the phone moves, a third is none of these", async () => {
  const body = async (page) => {
    await openNumbers(page);
    await movePhone(page, "shake", 0);
    await use(page);
    await page.locator(".motion .trace").waitFor();
    await card(page, "Class 1").locator(".card-hint", { hasText: "move the phone" }).waitFor();
    await assertAccessible(page, "a motion sensor");
    const taught = [
      ["Class 1", "shake"],
      ["Class 2", "circle"],
    ];
    // A hand is stronger or quicker in one session than in another: some of the seconds of a session
    // that lies outside all that was taught are rejected. After two sessions a third is outside
    // often (motion-window.ts), after these four the fifth is not.
    for (const session of [0, 1, 2, 3]) {
      for (const [name, movement] of taught) {
        await movePhone(page, movement, session);
        await record(page, name, 16);
      }
      if (session === 0)
        await page.locator(".note", { hasText: "were recorded only once" }).waitFor();
    }
    await learned(page);
    await page.locator(".note").waitFor({ state: "detached" });
    const figures = {};
    for (const [name, movement] of [...taught, ["None of these", "pour"]]) {
      await movePhone(page, movement, 4);
      // Windows in which one movement ends and the next begins are of neither.
      await page.waitForTimeout(2500);
      const seen = await answers(page, 16);
      figures[movement] = seen.filter((one) => one === name).length / seen.length;
      await page.screenshot({ path: `${OUTPUT}/teach-motion-${movement}.png`, fullPage: true });
    }
    console.log(`rightly answered: ${JSON.stringify(figures)}`);
    const { shake, circle, pour } = figures;
    assert.ok(shake >= 0.85 && circle >= 0.85 && pour >= 0.95, JSON.stringify(figures));
    await page.locator(".tray .thumb").first().waitFor();
    await assertAccessible(page, "a movement that is unknown");
    await page.click("text=Sensor off");
    await page.locator(".motion button", { hasText: "Turn the sensor on" }).waitFor();

    // After a reload it is a project of motion still, and asks before it listens again.
    await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
    await page.reload();
    await learned(page);
    await movePhone(page, "circle", 2);
    await page.click("text=Turn the sensor on");
    await page.locator(".verdict-name", { hasText: "Class 2" }).waitFor({ timeout: 90_000 });
  };
  await visitTeach(browser, body, { prepare: (page) => page.addInitScript(givePhone) });
});

test("a recording holds only what was moved since its press", async () => {
  const body = async (page) => {
    await openNumbers(page);
    await movePhone(page, "shake", 0);
    await use(page);
    await page.locator(".motion .trace").waitFor();
    await page.waitForTimeout(2500);
    const begun = performance.now();
    await record(page, "Class 1", 1);
    const took = performance.now() - begun;
    assert.ok(took >= 1900, `the first window came ${Math.round(took)} ms after the press`);
  };
  await visitTeach(browser, body, { prepare: (page) => page.addInitScript(givePhone) });
});

test("a denied sensor is said to be, and the press that asks is the visitor's", async () => {
  const prepare = async (page) => {
    await countJumps(page);
    await page.addInitScript(givePhone);
    await page.addInitScript(() => {
      window.asked = [];
      window.answer = "denied";
      DeviceMotionEvent.requestPermission = async () => {
        window.asked.push(navigator.userActivation.isActive);
        if (window.answer === "denied") throw new DOMException("no press", "NotAllowedError");
        return window.answer;
      };
    });
  };
  const body = async (page) => {
    await openNumbers(page);
    await use(page);
    await note(page, "The motion sensor is blocked for this page");
    await assertAccessible(page, "a denied sensor");
    await page.screenshot({ path: `${OUTPUT}/teach-motion-denied.png`, fullPage: true });
    await assertFitsAndStands(page);
    await page.evaluate(() => (window.answer = "granted"));
    await movePhone(page, "shake", 0);
    await use(page);
    await page.locator(".motion .trace").waitFor();
    assert.deepEqual(await page.evaluate(() => window.asked), [true, true]);
    // What the visitor asked for has another height than what was there before.
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
    await page.screenshot({ path: `${OUTPUT}/teach-motion-narrow.png`, fullPage: true });
  };
  await visitTeach(browser, body, { ...narrow, prepare });
});

test("without a sensor the page says so, and a table's project stays what it is", async () => {
  await visitTeach(browser, async (page) => {
    await openNumbers(page);
    await use(page);
    await note(page, "No motion sensor was found");
    await page.selectOption(".language", "de");
    await note(page, "Kein Bewegungssensor gefunden");
    await assertAccessible(page, "no sensor, in German");
    await page.selectOption(".language", "en");
    await card(page, "Class 1").locator(".words-input input").fill("1, 2");
    await page.keyboard.press("Enter");
    await use(page);
    await note(page, "This project has rows of a table");
    assert.equal(await page.locator(".number-fields label").count(), 2);
  });
});

test("the sample of movements is learned, and asks about a third; narrow and dark", async () => {
  const body = async (page) => {
    await openNumbers(page);
    await page.click("text=Try a sample");
    await learned(page);
    await page.locator(".verdict-name", { hasText: "None of these" }).waitFor();
    await card(page, "Shake").locator(".count", { hasText: "40 windows" }).waitFor();
    await page.selectOption(".language", "de");
    await page.locator(".lede", { hasText: "Beweg das Telefon" }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
    await assertAccessible(page, "the sample of movements");
    await page.screenshot({ path: `${OUTPUT}/teach-motion-sample.png`, fullPage: true });
  };
  await visitTeach(browser, body, { ...narrow, colorScheme: "dark" });
});
