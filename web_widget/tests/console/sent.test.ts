import { describe, expect, test } from "vitest";
import {
  awayFrom,
  type Breach,
  calendar,
  type CostLine,
  dress,
  each,
  found,
  joined,
  limitOf,
  type ListedProblem,
  type MessageLine,
  months,
  pounds,
  type Quality,
  standing,
  stepTo,
  summed,
  undressed,
  without,
  words,
} from "../../src/console/sent";

const type = (key: string, stage: string, title: string): MessageLine => ({
  key,
  stage,
  title,
  channels: ["sms"],
  statutory: false,
  right: 0,
  enhanced: false,
  pierces_quiet_hours: false,
  languages: ["en"],
  version: 1,
  on: true,
});

const TYPES = [
  type("suspect_arrested", "suspect", "Somebody was arrested"),
  type("suspect_interviewed", "suspect", "Somebody was questioned"),
  type("hearing_listed", "court", "A date for court"),
];

describe("the catalogue", () => {
  test("is found by words of title, key and stage, in any order and case", () => {
    const keys = (search: string, stage = "") => found(TYPES, search, stage).map((one) => one.key);
    expect(keys("")).toHaveLength(3);
    expect(keys("ARREST")).toEqual(["suspect_arrested"]);
    expect(keys("questioned suspect")).toEqual(["suspect_interviewed"]);
    expect(keys("suspect interviewed")).toEqual(["suspect_interviewed"]);
    expect(keys("somebody", "court")).toEqual([]);
    expect(keys("", "court")).toEqual(["hearing_listed"]);
    expect(keys("unheard of")).toEqual([]);
  });

  test("has names for people", () => {
    expect(words("suspect_arrested")).toBe("Suspect arrested");
    expect(words("")).toBe("");
  });
});

describe("the list of types", () => {
  test("is walked by the arrow keys and does not run over its ends", () => {
    expect(stepTo("ArrowDown", 0, 3)).toBe(1);
    expect(stepTo("ArrowDown", 2, 3)).toBe(2);
    expect(stepTo("ArrowUp", 0, 3)).toBe(0);
    expect(stepTo("End", 0, 3)).toBe(2);
    expect(stepTo("Home", 2, 3)).toBe(0);
  });

  test("leaves every other key to the browser", () => {
    expect(["Enter", " ", "Tab", "a"].map((key) => stepTo(key, 1, 3))).toEqual([null, null, null, null]);
  });
});

describe("an e-mail in a frame", () => {
  const mail =
    '<body style="padding:1em"><p>She said: style=&quot;x&quot;</p><h1 style="font-size:2em">Hello</h1></body>';

  test("carries its styles aside, where the policy of this page does not look, and its words as they are", () => {
    const aside = undressed(mail);
    expect(aside).not.toContain(' style="');
    expect(aside).toContain("style=&quot;x&quot;");
    expect(aside.match(/ data-style="/g)).toHaveLength(2);
  });

  test("gets them back", () => {
    const element = { dataset: { style: "padding:1em" }, style: { cssText: "" } };
    dress([element as unknown as HTMLElement]);
    expect(element.style.cssText).toBe("padding:1em");
  });
});

const problem = (id: string, check: string, crime = "42/1/26"): ListedProblem => ({
  id,
  crime,
  role: "victim",
  field: "phone",
  check,
  fix: "Ask again.",
  blocks: false,
  since: "2026-11-24T09:00:00.000Z",
});

describe("bad data", () => {
  const quality: Quality = {
    problems: [
      problem("a", "phone_unusable"),
      problem("b", "email_typo"),
      problem("a", "phone_unusable", "42/2/26"),
    ],
    refused: [],
    counts: [
      { check: "phone_unusable", count: 2 },
      { check: "email_typo", count: 1 },
    ],
    complete: true,
    next: "",
  };

  test("of two pages stands once, also when a page has shifted", () => {
    const [first, second, third] = quality.problems as [ListedProblem, ListedProblem, ListedProblem];
    expect(joined([first, second], [second, third])).toEqual([first, second, third]);
  });

  test("that is mended leaves list and count, and takes no namesake of another crime with it", () => {
    const left = without(quality, problem("a", "phone_unusable"));
    expect(left.problems.map((one) => one.crime + one.id)).toEqual(["42/1/26b", "42/2/26a"]);
    expect(left.counts).toEqual([
      { check: "phone_unusable", count: 1 },
      { check: "email_typo", count: 1 },
    ]);
    expect(without(left, problem("b", "email_typo")).counts).toEqual([{ check: "phone_unusable", count: 1 }]);
  });
});

describe("time limits", () => {
  const breach = (more: Partial<Breach>): Breach => ({
    crime: "42/1/26",
    type: "suspect_arrested",
    deadline_at: "2026-11-24T12:00:00.000Z",
    due_at: "2026-11-24T12:00:00.000Z",
    certain: false,
    late: false,
    ...more,
  });

  test("say whether they are over, will be missed, or only near", () => {
    expect(standing(breach({ late: true, certain: true })).label).toBe("Late");
    expect(standing(breach({ certain: true })).label).toBe("Will be late");
    expect(standing(breach({})).label).toBe("Soon");
  });

  test("say how far away they are, before and after", () => {
    const now = Date.parse("2026-11-24T10:00:00Z");
    expect(awayFrom("2026-11-24T12:00:00.000Z", now)).toBe("in 2 hours");
    expect(awayFrom("2026-11-24T09:30:00.000Z", now)).toBe("30 minutes ago");
  });

  test("that end at midnight end with the day before", () => {
    const midnight = new Date(2026, 3, 3).toISOString();
    expect(limitOf(midnight)).toBe("end of 2 April 2026");
    expect(limitOf(new Date(2026, 3, 2, 17, 5).toISOString())).toBe("2 April 2026, 17:05");
  });

  test("name days and months in words", () => {
    expect(calendar("2026-11-04")).toBe("4 November");
    expect(calendar("2026-01")).toBe("January 2026");
  });
});

describe("costs", () => {
  const line = (type: string, channel: string, sent: number, parts: number, pence: number): CostLine => ({
    type,
    channel,
    provider: "aws",
    sent,
    parts,
    delivered: 0,
    failed: 0,
    pence,
  });

  test("are summed up by what each line has in common, the dearest first", () => {
    const lines = [line("a", "email", 9, 0, 1), line("b", "sms", 2, 3, 6), line("a", "sms", 1, 2, 4)];
    expect(summed(lines, (one) => one.channel)).toEqual([
      { name: "sms", pence: 10, sent: 3, parts: 5 },
      { name: "email", pence: 1, sent: 9, parts: 0 },
    ]);
    expect(summed(lines, (one) => one.type).map((one) => [one.name, one.pence])).toEqual([
      ["b", 6],
      ["a", 5],
    ]);
    expect(summed([], (one) => one.type)).toEqual([]);
  });

  test("are shown for one message to a hundredth of a penny", () => {
    expect(each(3.6, 1000)).toBe("0.00p");
    expect(each(7.2, 2)).toBe("3.60p");
  });

  test("are shown in pounds", () => {
    expect(pounds(0)).toBe("£0.00");
    expect(pounds(1234.5)).toBe("£12.35");
  });

  test("can be seen for a year of months, over the turn of the year", () => {
    const found = months(new Date("2026-01-31T23:00:00Z"));
    expect(found).toHaveLength(12);
    expect(found.slice(0, 3)).toEqual(["2026-01", "2025-12", "2025-11"]);
  });
});
