import { describe, expect, it } from "vitest";
import { choices, nameOf, parseLanguages } from "../../src/chat/languages.ts";

const LANGUAGES = parseLanguages("en=English|cy=Cymraeg|pl=Polski|ckb=کوردیی ناوەندی|fa=فارسی|zh=中文");

function codes(browser: string[], search = "") {
  return choices(LANGUAGES, browser, search).map(([code]) => code);
}

describe("the choice of languages", () => {
  it("keeps our order for a browser that speaks none of them", () => {
    expect(codes(["de-DE"])).toEqual(["en", "cy", "pl", "ckb", "fa", "zh"]);
  });

  it("puts the browser's languages first, in its order, whatever their region", () => {
    expect(codes(["zh-Hans-CN", "pl", "en-GB"]).slice(0, 3)).toEqual(["zh", "pl", "en"]);
  });

  it("knows a language by its other codes", () => {
    expect(codes(["ku-IQ"])[0]).toBe("ckb");
    expect(codes(["prs"])[0]).toBe("fa");
  });

  it("finds a language by its own name and by its English name", () => {
    expect(codes([], "pols")).toEqual(["pl"]);
    expect(codes([], " Welsh")).toEqual(["cy"]);
    expect(codes([], "ناوە")).toEqual(["ckb"]);
    expect(codes([], "klingon")).toEqual([]);
  });

  it("keeps names of more than one word whole", () => {
    expect(LANGUAGES[3]).toEqual(["ckb", "کوردیی ناوەندی"]);
  });

  it("names a language in the reader's language", () => {
    expect(nameOf("en", "es")).toBe("inglés");
  });
});
