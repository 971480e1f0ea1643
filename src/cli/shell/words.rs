//! What the shell says, in four languages. English is the key; what has no translation stays English.

/// Languages of the columns after the first.
const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "ja"];

#[rustfmt::skip]
const WORDS: &[[&str; 4]] = &[
    ["Ask in SPARQL; \\help lists the commands, Tab completes, Ctrl-D leaves.",
     "请用 SPARQL 提问；\\help 列出命令，Tab 补全，Ctrl-D 离开。",
     "請用 SPARQL 提問；\\help 列出命令，Tab 補全，Ctrl-D 離開。",
     "SPARQL で質問してください。\\help でコマンド一覧、Tab で補完、Ctrl-D で終了します。"],
    ["list the commands", "列出命令", "列出命令", "コマンドの一覧"],
    ["format of rows or of triples: table, csv, turtle …", "行或三元组的格式：table、csv、turtle …", "列或三元組的格式：table、csv、turtle …", "行やトリプルの形式：table、csv、turtle …"],
    ["labels beside IRIs in tables", "在表格中的 IRI 旁显示名称", "在表格中的 IRI 旁顯示名稱", "表の IRI の横にラベルを表示"],
    ["say how long each question took", "显示每个问题用了多久", "顯示每個問題用了多久", "質問にかかった時間を表示"],
    ["list the prefixes that are known", "列出已知的前缀", "列出已知的前綴", "既知の接頭辞の一覧"],
    ["declare a prefix for this dialogue", "为本次对话声明前缀", "為本次對話宣告前綴", "この対話で使う接頭辞を宣言"],
    ["list the named queries, or show one", "列出命名查询，或显示其中一个", "列出命名查詢，或顯示其中一個", "名前付きクエリの一覧、またはその一つを表示"],
    ["ask a named query", "执行命名查询", "執行命名查詢", "名前付きクエリを実行"],
    ["tell how a query is evaluated", "说明查询如何求值", "說明查詢如何求值", "クエリの評価手順を表示"],
    ["what is said of a thing", "关于某物都说了什么", "關於某物都說了什麼", "あるものについて述べられていること"],
    ["write results to a file; without one to the screen", "把结果写入文件；不给文件则回到屏幕", "把結果寫入檔案；不給檔案則回到螢幕", "結果をファイルへ。指定がなければ画面へ"],
    ["do what a file says", "执行文件里的内容", "執行檔案裡的內容", "ファイルの内容を実行"],
    ["cut nothing to the width of the screen", "不按屏幕宽度截断", "不按螢幕寬度截斷", "画面の幅で切り詰めない"],
    ["whole IRIs in tables, to be copied", "在表格中显示完整的 IRI，便于复制", "在表格中顯示完整的 IRI，便於複製", "コピーできるように IRI を省略せず表示"],
    ["a line for each value (so does \\x, and \\G for one text)", "每个值一行（\\x 相同；\\G 只对一次提问）", "每個值一行（\\x 相同；\\G 只對一次提問）", "値ごとに一行（\\x も同じ。\\G は一度だけ）"],
    ["as \\vertical", "同 \\vertical", "同 \\vertical", "\\vertical と同じ"],
    ["what the store holds", "数据库里有什么", "資料庫裡有什麼", "ストアの内容"],
    ["leave (so does Ctrl-D)", "离开（Ctrl-D 相同）", "離開（Ctrl-D 相同）", "終了（Ctrl-D も同じ）"],
    ["Timing is on.", "已开始计时。", "已開始計時。", "時間の表示をオンにしました。"],
    ["Timing is off.", "已停止计时。", "已停止計時。", "時間の表示をオフにしました。"],
    ["Several things are called so:", "有几样东西都叫这个名字：", "有幾樣東西都叫這個名字：", "その名前のものがいくつかあります："],
    ["there is no command", "没有这个命令：", "沒有這個命令：", "そのようなコマンドはありません："],
    ["did you mean", "是不是", "是不是", "もしかして"],
    ["\\help lists the commands", "\\help 列出命令", "\\help 列出命令", "\\help でコマンド一覧を表示します"],
    ["nothing is called", "没有叫这个名字的东西：", "沒有叫這個名字的東西：", "その名前のものはありません："],
    ["Tab completes labels", "Tab 可以补全名称", "Tab 可以補全名稱", "Tab でラベルを補完できます"],
    ["which query?", "哪个查询？", "哪個查詢？", "どのクエリですか？"],
    ["\\queries lists them", "\\queries 列出全部查询", "\\queries 列出全部查詢", "\\queries で一覧を表示します"],
    ["describe what?", "描述什么？", "描述什麼？", "何を説明しますか？"],
    ["read which file?", "读哪个文件？", "讀哪個檔案？", "どのファイルを読みますか？"],
    ["the files read each other without end", "这些文件互相读取，没有尽头", "這些檔案互相讀取，沒有盡頭", "ファイルが互いを読み続けて終わりません"],
];

/// A text in a language (BCP 47): the nearest of the four, else English.
pub(super) fn say(language: &str, english: &'static str) -> &'static str {
    let column = LANGUAGES.iter().position(|known| *known == nearest(language));
    let row = WORDS.iter().find(|row| row[0] == english);
    row.zip(column).map_or(english, |(row, column)| row[column + 1])
}

/// The language of the four that a tag, or the name of a locale, asks for.
fn nearest(language: &str) -> &'static str {
    let tag = language.split(['.', '@']).next().unwrap_or_default().to_ascii_lowercase().replace('_', "-");
    let has = |part: &str| tag.split('-').any(|other| other == part);
    match tag.split('-').next().unwrap_or_default() {
        "zh" if has("hant") || !has("hans") && ["tw", "hk", "mo"].into_iter().any(has) => "zh-Hant",
        "zh" => "zh-Hans",
        "ja" => "ja",
        _ => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_tags_and_by_locales() {
        for (asked, found) in [
            ("zh-Hans", "zh-Hans"),
            ("zh_CN.UTF-8", "zh-Hans"),
            ("zh_TW.UTF-8", "zh-Hant"),
            ("zh-Hant-HK", "zh-Hant"),
            ("zh-Hans-HK", "zh-Hans"),
            ("ja_JP.UTF-8", "ja"),
            ("C.UTF-8", "en"),
            ("de", "en"),
            ("", "en"),
        ] {
            assert_eq!(nearest(asked), found, "{asked}");
        }
        assert_eq!(say("zh_CN", "list the commands"), "列出命令");
        assert_eq!(say("fr", "list the commands"), "list the commands");
        assert_eq!(say("ja", "never said"), "never said");
    }

    #[test]
    fn every_command_is_explained_in_every_language() {
        for help in super::super::commands::explanations() {
            assert!(LANGUAGES.iter().all(|language| say(language, help) != help), "{help}");
        }
    }
}
