import { describe, expect, test } from "vitest";
import { csvText, FORMULA_START, spreadsheetText } from "../../../src/model/visible.ts";

describe("a text in CSV", () => {
  test("shows control characters and what turns the direction of writing", () => {
    expect(csvText("a\u001b[2J\u0000\u009b\u007f,\u202eevil\u2066\u200f")).toBe("a\\u001b[2J\\u0000\\u009b\\u007f,\\u202eevil\\u2066\\u200f");
  });

  test("keeps what RFC 4180 quotes, and what names are written with", () => {
    for (const text of ["a\r\n\tb", 'say "hi", twice', "bücher", "نمی\u200cخواهم", "👩\u200d💻", ""]) expect(csvText(text)).toBe(text);
  });
});

describe("for a spreadsheet", () => {
  test("a text that it would run begins with its sign for a text", () => {
    for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "－1"]) {
      expect(spreadsheetText(text)).toBe(`'${text}`);
      expect(text).toMatch(new RegExp(FORMULA_START));
    }
  });

  test("every other text stays", () => {
    for (const text of ["AS3333", "1=1", "'=1", " =1", "a-b", ""]) {
      expect(spreadsheetText(text)).toBe(text);
      expect(text).not.toMatch(new RegExp(FORMULA_START));
    }
  });
});
