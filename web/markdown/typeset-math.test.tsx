import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { findMath } from './parse/math-source.ts';
import { typesetMath } from './typeset-math.ts';

const typeset = (tex: string, display = false): string => renderToStaticMarkup(typesetMath(tex, display));

describe('typesetMath', () => {
  test('renders MathML', () => {
    const markup = typeset('A = \\pi r^2');
    expect(markup).toMatch(/^<math/);
    expect(markup).toContain('<msup>');
    expect(typeset('\\frac{a}{b}', true)).toContain('display="block"');
  });

  test.each([
    '\\begin{aligned} A &= \\pi r^2 \\\\ x &= \\frac{\\sqrt[3]{b}}{\\overline{c}} \\end{aligned}',
    '\\left( \\sum_{i=0}^n \\hat{x}_i \\right) \\cdot \\vec{F} \\text{ in kg}',
    '\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix} \\xrightarrow{f} \\operatorname{sin} \\mathbb{R}',
    '\\underbrace{a}_{b} \\phantom{x} \\boxed{x} \\color{red}{y} \\cancel{z} \\int_0^\\infty e^{-x}\\,dx',
    'f(x)=\\begin{cases} 1 & x>0 \\\\ 0 & x \\le 0 \\end{cases}',
  ])('typesets %j', (tex) => {
    expect(typeset(tex, true)).toMatch(/^<math/);
  });

  test.each([
    '\\href{javascript:alert(1)}{x}',
    '\\includegraphics{https://evil.test/x.png}',
    '\\class{a}{b}',
    '\\style{background:url(https://evil.test)}{x}',
    '\\color{url(https://evil.test)}x',
    '\\unknowncommand',
    '\\frac{a',
    'x^',
    '\\def\\a{\\a\\a}\\a',
  ])('leaves %j as written (R32)', (tex) => {
    expect(typesetMath(tex, false)).toBeNull();
  });

  test('shows HTML in text as text (R32)', () => {
    expect(typeset('\\text{<img src=x onerror=alert(1)>}')).not.toContain('<img');
  });
});

describe('findMath', () => {
  test.each([
    ['$x$', 'x'],
    ['$E = mc^2$', 'E = mc^2'],
    ['$2x + 3$', '2x + 3'],
    ['$f(x)$', 'f(x)'],
    ['$\\alpha$', '\\alpha'],
    ['$10^6$', '10^6'],
    ['$n_i$', 'n_i'],
    ['\\(a\\)', 'a'],
    ['\\[ \\sum x \\]', '\\sum x'],
    ['$$a + b$$', 'a + b'],
  ])('finds a formula in %j', (text, tex) => {
    expect(findMath(text, 0)?.tex).toBe(tex);
  });

  test.each([
    '$5 and $10',
    '$5-$10',
    '$5 or 6$',
    '$20,000$',
    '$HOME/$USER',
    '$ x $',
    '$a$b',
    '\\(see page 3\\)',
    '\\[link\\]',
  ])('finds none in %j', (text) => {
    expect(findMath(text, 0)).toBeNull();
  });
});
