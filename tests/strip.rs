//! What the build takes out of the pages' scripts and style sheets, and what it leaves as it is.

#[path = "../build/strip.rs"]
mod strip;

/// Asserts what becomes of each script.
fn scripts(each: &[(&str, &str)]) {
    for (source, expected) in each {
        assert_eq!(strip::script(source).as_deref(), Ok(*expected), "{source}");
    }
}

fn styles(each: &[(&str, &str)]) {
    for (source, expected) in each {
        assert_eq!(strip::style(source).as_deref(), Ok(*expected), "{source}");
    }
}

#[test]
fn comments_and_indentation_of_a_script_are_gone() {
    scripts(&[
        ("// what it is\n\nconst a = 1; // why\n", "const a=1;"),
        (
            "/** @param {string} a */\nfunction f(a) {\n  return a;\n}\n",
            "function f(a){\nreturn a;\n}",
        ),
        ("f(/** @type {any} */ (a), /* b */ c);", "f((a),c);"),
        ("import { a } from './a.js';", "import{a}from'./a.js';"),
    ]);
}

#[test]
fn a_statement_still_ends_where_its_line_does() {
    scripts(&[
        ("a = b\n\n\n(c)", "a=b\n(c)"),
        ("return /* two\nlines */ a", "return\na"),
        ("let a // one\nlet b", "let a\nlet b"),
    ]);
}

#[test]
fn strings_and_templates_are_left_as_they_are() {
    scripts(&[
        ("a = 'http://x  y' + \"/*  */\"", "a='http://x  y' + \"/*  */\""),
        (r"a = 'it\'s // one'", r"a='it\'s // one'"),
        ("a = `  // ${ b /* c */ }\n  /* d */ `", "a=`  // ${b}\n  /* d */ `"),
        ("a = `${ { b: `}  ${ c }` } }  //`", "a=`${{b:`}  ${c}`}}  //`"),
        (r"a = `\${ // \``", r"a=`\${ // \``"),
        ("t = '글  //' // 말", "t='글  //'"),
    ]);
}

#[test]
fn a_regular_expression_is_told_from_a_division() {
    scripts(&[
        ("a = /['\"`]  \\/\\/[/*]/g.test(b) // c", "a= /['\"`]  \\/\\/[/*]/g.test(b)"),
        ("a.replace(/ '/u, b)", "a.replace(/ '/u,b)"),
        ("return /  '/", "return /  '/"),
        ("a = (b + c) / 2 // '", "a=(b + c) / 2"),
        ("a = b[0] / c / d // '", "a=b[0] / c / d"),
        ("a = b.of / c // '", "a=b.of / c"),
        ("a = b++ / c // '", "a=b++ / c"),
        ("`${a}` / 2 // '", "`${a}` / 2"),
    ]);
}

#[test]
fn what_would_be_read_as_one_stays_apart() {
    scripts(&[
        ("a + ++b", "a + ++b"),
        ("a - -b", "a - -b"),
        ("a < ! --b", "a<! --b"),
        ("1 .toFixed()", "1 .toFixed()"),
        ("a = /b/ in c", "a= /b/ in c"),
        ("typeof a in b", "typeof a in b"),
        ("class A { static #b = 1 }", "class A{static #b=1}"),
        ("const 이름 = 말 of 것", "const 이름=말 of 것"),
    ]);
}

#[test]
fn a_script_that_is_not_understood_is_refused_with_its_line() {
    for (source, expected) in [
        ("a\nb = 'c\n'", "line 2: a string without an end"),
        ("\n\na = `b", "line 3: a template without an end"),
        ("a = `${b", "line 1: a template without an end"),
        ("a /* b", "line 1: a comment without an end"),
        (
            "a = /b\n/",
            "line 1: a regular expression without an end; a division after a word needs brackets",
        ),
    ] {
        assert_eq!(strip::script(source), Err(expected.to_owned()), "{source}");
    }
}

#[test]
fn comments_and_blanks_of_a_style_sheet_are_gone() {
    styles(&[
        (
            "/* all */\n\na,\nb > c {\n  color: red; /* why */\n  margin: 0 1px;\n}\n",
            "a,b > c{color:red;margin:0 1px;}",
        ),
        (
            "@media (width < 3px) and (hover: none) { a :hover { b: c } }",
            "@media (width < 3px) and (hover:none){a :hover{b:c}}",
        ),
    ]);
}

#[test]
fn what_a_style_sheet_says_is_left_as_it_is() {
    styles(&[
        ("a { content: \"  /* ; */ \\\" \"; }", "a{content:\"  /* ; */ \\\" \";}"),
        ("a { width: calc(1px + 2px - -3px); }", "a{width:calc(1px + 2px - -3px);}"),
        ("a .b, a.b, .a:is(.b, .c) .d {}", "a .b,a.b,.a:is(.b,.c) .d{}"),
        (r"a\'b { } /* ' */", r"a\'b{}"),
        ("a { b: var(--c) /2 }", "a{b:var(--c) /2}"),
    ]);
    assert_eq!(strip::style("\na { b: 'c }"), Err("line 2: a string without an end".to_owned()));
    assert_eq!(strip::style("a { /* b }"), Err("line 1: a comment without an end".to_owned()));
}
