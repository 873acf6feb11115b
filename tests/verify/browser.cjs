// What a person does on the status page, and what they must see. Run by tests/verify/browser.
"use strict";
const { chromium } = require("playwright-core");
const assert = require("node:assert/strict");

const { PAGE, TOKEN, IMAGES } = process.env;
const WIDE = { width: 1180, height: 900 };
const NARROW = { width: 390, height: 844 };
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/// A page that fails the check for whatever the browser complains about.
async function open(browser, options) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  page.on("console", message => {
    const isExpected = page.expects && page.expects.test(message.text());
    if (message.type() === "error" && !isExpected) throw new Error(`console: ${message.text()}`);
  });
  page.on("pageerror", error => { throw error; });
  page.on("request", request => {
    const at = new URL(request.url());
    if (at.protocol !== "data:" && at.origin !== PAGE) throw new Error(`asked for ${request.url()}`);
  });
  await page.goto(PAGE);
  return page;
}

async function headline(page, text) {
  await page.getByRole("heading", { level: 2, name: text }).first().waitFor({ timeout: 30_000 });
}

/// Contrast, landmarks, names: what can be seen without a person.
async function isAccessible(page) {
  const faults = await page.evaluate(() => {
    const found = [];
    const light = rgb => {
      const [r, g, b] = rgb.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
      return .2126 * r + .7152 * g + .0722 * b;
    };
    const parse = text => text.match(/[\d.]+/g).map(Number);
    const behind = at => {
      for (let one = at; one; one = one.parentElement) {
        const colour = parse(getComputedStyle(one).backgroundColor);
        if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
      }
      return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !at.checkVisibility() || ["SCRIPT", "STYLE"].includes(at.tagName)) continue;
      const [a, b] = [light(parse(getComputedStyle(at).color).slice(0, 3)), light(behind(at))];
      const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
      if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    }
    for (const landmark of ["header", "main", "footer"]) {
      if (document.querySelectorAll(landmark).length !== 1) found.push(`one ${landmark} wanted`);
    }
    for (const field of document.querySelectorAll("input:not([type=hidden])")) {
      if (!field.ariaLabel) found.push("a field without a name");
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the window");
    return found;
  });
  assert.deepEqual(faults, []);
}

async function signIn(page) {
  await page.getByText("Sign in to act").click();
  await page.getByLabel("The token of http.admin_token_file").fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

async function pictures(browser, name, storageState) {
  for (const [scheme, size, viewport] of [["light", "wide", WIDE], ["dark", "wide", WIDE],
    ["light", "narrow", NARROW], ["dark", "narrow", NARROW]]) {
    const page = await open(browser, { colorScheme: scheme, viewport, storageState });
    await isAccessible(page);
    await page.screenshot({ path: `${IMAGES}/status-${name}-${scheme}-${size}.png`, fullPage: true });
    await page.context().close();
  }
}

const checks = {
  async "in-step"(browser) {
    const page = await open(browser, {});
    await headline(page, "Moodle is in step");
    assert.equal(await page.getByRole("button", { name: /again/ }).count(), 0);
    await page.getByLabel("Look up one entity").fill("node:1");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByText("has the Moodle id").first().waitFor();
    await page.getByLabel("Look up one entity").fill("<img src=x onerror=alert(1)>");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByText("Write a type and an id").waitFor();

    const quiet = await open(browser, { javaScriptEnabled: false });
    await headline(quiet, "Moodle is in step");

    await page.goto(PAGE);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await pictures(browser, "in-step");
  },

  async waiting(browser) {
    const page = await open(browser, {});
    await headline(page, "What waits, and for what");
    await page.locator("#waits").getByRole("link").click();
    await page.getByRole("heading", { level: 3, name: /^category: stuck for/ }).waitFor();
    await page.getByRole("link", { name: /^node:/ }).first().click();
    await page.getByRole("heading", { level: 3, name: /^course: waits for taxonomy_term:/ }).waitFor();
    await isAccessible(page);
    assert.equal(await page.getByRole("button", { name: /Pause|Resume/ }).count(), 0);

    await signIn(page);
    await page.getByText("Pause course …").click();
    await page.getByLabel("Why course is paused").fill("<b>upgrade</b> of Moodle");
    await isAccessible(page);
    await page.getByRole("button", { name: "Pause course" }).click();
    await page.getByText("course is paused now.").waitFor();
    await headline(page, /course is paused/);
    await pictures(browser, "paused", await page.context().storageState());
    const reader = await open(browser, {});
    await headline(reader, /course is paused/);
    await reader.getByText(/course for \d+ s \(<b>upgrade<\/b> of Moodle\)/).waitFor();
    await page.getByRole("button", { name: "Resume course" }).click();
    await page.getByText("course goes on now.").waitFor();

    await page.getByText("Pause everything …").click();
    await page.getByRole("button", { name: "Pause everything" }).click();
    await headline(page, /Everything is paused/);
    // Nobody reloads the reader's page.
    await headline(reader, /Everything is paused/);
    await page.getByRole("button", { name: "Resume everything" }).click();
    await page.getByText("Everything goes on now.").waitFor();

    await page.locator("#waits").getByRole("link").click();
    await page.getByRole("button", { name: "Try again now" }).click();
    await page.getByText("1 task is tried again now.").waitFor();
    await headline(reader, "Moodle is in step");
  },

  async "needs-you"(browser) {
    const page = await open(browser, {});
    await headline(page, /held back: your decision/);
    await headline(page, "What is stuck, and why");
    await page.getByText("Sign in to act").click();
    await page.getByLabel("The token of http.admin_token_file").fill("a guess of somebody");
    page.expects = /status of 403/;
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("That is not the token").waitFor();
    page.expects = undefined;
    await signIn(page);
    await pictures(browser, "needs-you", await page.context().storageState());
    await page.getByRole("button", { name: "Try all of them again now" }).click();
    await page.getByText("3 tasks are tried again now.").waitFor();
    // Nobody reloads the page: it keeps itself up to date.
    await page.getByText("What is stuck, and why").waitFor({ state: "detached", timeout: 60_000 });
    await page.getByText("It is right that they go").click();
    await page.getByRole("button", { name: /Take .* away in Moodle/ }).click();
    await page.getByText(/removals? goe?s? to Moodle now/).waitFor();
    await headline(page, "Moodle is in step");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Sign in to act").waitFor();
  },

  async away(browser) {
    const page = await open(browser, {});
    await headline(page, /Moodle has been away .*; all work is kept/);
    await pictures(browser, "away");
  },
};

(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags });
  try {
    await checks[process.argv[2]](browser);
    console.log(`${process.argv[2]}: as it should be`);
  } finally {
    await browser.close();
  }
})().catch(error => {
  console.error(error);
  process.exit(1);
});
