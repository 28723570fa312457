import fc from "fast-check";
import { expect, test } from "vitest";
import { asItIs, html, jsonInScript } from "../../../../src/report/html/html.ts";

test("contents are escaped, in an element and in an attribute", () => {
  const hostile = `</script><img src=x onerror="alert('1')">&`;
  expect(html`<td title="${hostile}">${hostile}</td>`.html).toBe(
    '<td title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</td>',
  );
});

test("what is invisible, or turns the direction of writing, is shown", () => {
  expect(html`<td title="${"a\u202e\0"}">${"moc.\u202eevil\u200b\u001b"}</td>`.html).toBe('<td title="a\\u202e\\u0000">moc.\\u202eevil\\u200b\\u001b</td>');
});

test("its own results are not escaped again, null is empty, and lists are joined", () => {
  expect(html`<ul>${[1, null, html`<b>${"<"}</b>`, ["a", asItIs("<i>")]]}</ul>`.html).toBe("<ul>1<b>&lt;</b>a<i></ul>");
});

test("JSON in a script cannot close it, and keeps its value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const { html: written } = jsonInScript({ value, text: `${text}</script><!--${text}` });
      expect(written).not.toContain("<");
      expect(written).not.toMatch(/\p{Cf}|\p{Cc}/u);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify({ value, text: `${text}</script><!--${text}` })));
    }),
  );
});
