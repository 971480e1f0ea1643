"""Makes the tables of this folder and truth.jsonl, which says what each of their rows means.

The layouts are those that offices and associations use; the rows were written for these tests. Needs openpyxl, xlwt and odfpy:
python3 make.py
"""

import datetime
import json
import os

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

HERE = os.path.dirname(os.path.abspath(__file__))
TRUTH = []


def truth(file, rows, place=None):
    """rows: (own, partner, since, kind); own is the place given, or what the cell says."""
    keys = ("own", "partner", "since", "kind")
    TRUTH.append({"file": file, "place": place, "ties": [dict(zip(keys, row)) for row in rows]})


def text(file, lines, encoding="utf-8", end="\n"):
    with open(os.path.join(HERE, file), "wb") as out:
        out.write((end.join(lines) + end).encode(encoding))


# Sister and twin cities are of no grade that the vocabulary tells from others.
FC, FX, UN = "friendship-city", "friendly-exchange-city", "unspecified-friendship"

# A municipal list: a title, remarks, a total; Chinese dates of three precisions; GB 18030.
text("xian.csv", [
    "西安市国际友好城市一览表,,,,",
    "更新：2023年5月,,,,",
    "序号,城市,国家,洲,结好签字时间",
    "1,奈良市,日本,亚洲,1974年2月1日",
    "2,京都市,日本,亚洲,1974年5月10日",
    "3,爱丁堡市,英国,欧洲,1985年4月16日",
    "4,波城,法国,欧洲,1986年9月",
    "5,堪萨斯城,美国,北美洲,1989年4月3日",
    "6,多特蒙德市,德国,欧洲,1992年",
    ",,,,",
    "合计,6,,,",
    "注：按签字时间排列,,,,",
], "gb18030")
truth("xian.csv", [("cn-xian", p, s, FC) for p, s in [
    ("奈良市", "1974-02-01"), ("京都市", "1974-05-10"), ("爱丁堡市", "1985-04-16"), ("波城", "1986-09"), ("堪萨斯城", "1989-04-03"),
    ("多特蒙德市", "1992")]])

# Pairs in one column.
text("pairs.csv", [
    "Pair,Date signed",
    "Seattle – Kobe,1957-10-21",
    "Portland (Oregon) – Sapporo,1959-11-17",
    "San Diego – Yokohama,1957-10-29",
    "Houston – Chiba,1972-10-10",
])
truth("pairs.csv", [("Seattle", "Kobe", "1957-10-21", UN), ("Portland, Oregon", "Sapporo", "1959-11-17", UN),
                    ("San Diego", "Yokohama", "1957-10-29", UN), ("Houston", "Chiba", "1972-10-10", UN)])

# All ties of a city in one cell.
text("many-in-a-cell.csv", [
    "中方城市,友好城市",
    "青岛市,下关市、长滩市、迈阿密市",
    "大连市,北九州市、舞鹤市、勒阿弗尔市",
    "苏州市,威尼斯市、金泽市",
])
truth("many-in-a-cell.csv", [("青岛市", "下关市", None, FC), ("青岛市", "长滩市", None, FC), ("青岛市", "迈阿密市", None, FC),
                             ("大连市", "北九州市", None, FC), ("大连市", "舞鹤市", None, FC), ("大连市", "勒阿弗尔市", None, FC),
                             ("苏州市", "威尼斯市", None, FC), ("苏州市", "金泽市", None, FC)])

# Semicolons, Windows-1252, letters for grades with a legend below.
text("kommunen.csv", [
    "Lfd. Nr.;Kommune;Partnergemeinde;Land;Art;seit",
    "1;Düsseldorf;Chongqing;China;P;02.07.2004",
    "2;Köln;Córdoba;Spanien;P;14.04.1984",
    "3;München;Verona;Italien;P;1960",
    "4;Würzburg;Ōtsu;Japan;P;23.02.1979".replace("Ō", "O"),
    "5;Nürnberg;Krakau;Polen;F;03.10.1979",
    "",
    "P = Partnerschaft, F = Freundschaft;;;;;",
], "cp1252", "\r\n")
truth("kommunen.csv", [("Düsseldorf", "Chongqing", "2004-07-02", UN), ("Köln", "Córdoba", "1984-04-14", UN),
                       ("München", "Verona", "1960", UN), ("Würzburg", "Otsu", "1979-02-23", UN), ("Nürnberg", "Krakau", "1979-10-03", FX)])

# A page: rows that span, a date of renewal, footnotes, another table above.
text("council.html", [
    "<!DOCTYPE html><html><head><title>Twinning</title><style>td { color: red }</style></head><body>",
    "<table class=menu><tr><td>Home<td>Contact</table>",
    "<h2>Twin towns of the county</h2>",
    "<table><thead><tr><th>Authority<th>Twin town<th>Country<th>Since<th>Renewed</thead><tbody>",
    "<tr><td rowspan=2>Coventry<td>Dresden<td>Germany<td>1 October 1959<td>2009",
    "<tr><td>Volgograd<sup class=reference>[1]</sup><td>Russia<td>1944<td>",
    "<tr><td>Bristol<td>Bordeaux<td rowspan='2'>France<td>17 April 1947<td>1997",
    "<tr><td>Exeter<td>Rennes<td>1956<td>",
    "</tbody></table></body></html>",
])
truth("council.html", [("Coventry", "Dresden", "1959-10-01", UN), ("Coventry", "Volgograd", "1944", UN),
                       ("Bristol", "Bordeaux", "1947-04-17", UN), ("Exeter", "Rennes", "1956", UN)])

# Several tables of one heading on a page.
text("islands.html", [
    "<html><body><h2>Asia</h2><table><tr><th>City</th><th>Country</th><th>Date</th></tr>",
    "<tr><td>Nagasaki</td><td>Japan</td><td>December 7, 1955</td></tr><tr><td>Daegu</td><td>South Korea</td><td>May 1982</td></tr></table>",
    "<h2>Europe</h2><table><tr><th>City</th><th>Country</th><th>Date</th></tr>",
    "<tr><td>Turin</td><td>Italy</td><td>June 2, 1981</td></tr><tr><td>Nice</td><td>France</td><td>1966</td></tr></table></body></html>",
])
truth("islands.html", [("us-saint-paul", p, s, UN) for p, s in [
    ("Nagasaki", "1955-12-07"), ("Daegu", "1982-05"), ("Turin", "1981-06-02"), ("Nice", "1966")]], "us-saint-paul")

# A table of each state on a page, whose headings alone say which.
text("by-state.html", [
    "<html><body><h1>宁波市国际友好城市</h1><h2>日本</h2><table><tr><th>城市</th><th>结好日期</th></tr>",
    "<tr><td>长冈京市</td><td>1983年4月21日</td></tr><tr><td>益田市</td><td>1990年10月8日</td></tr></table>",
    "<h2>德国</h2><table><tr><th>城市</th><th>结好日期</th></tr>",
    "<tr><td>亚琛市</td><td>1986年10月25日</td></tr><tr><td>不来梅市</td><td>1993年</td></tr></table></body></html>",
])
truth("by-state.html", [("cn-ningbo", p, s, UN) for p, s in [
    ("长冈京市", "1983-04-21"), ("益田市", "1990-10-08"), ("亚琛市", "1986-10-25"), ("不来梅市", "1993")]], "cn-ningbo")

# Sections that give the state, years of the Republic, Big5.
text("taipei.csv", [
    "臺北市締盟姊妹市,,",
    "編號,姊妹市,締盟日期",
    "美國（2）,,",
    "1,休士頓,民國50年7月",
    "2,洛杉磯,民國68年6月16日",
    "韓國（1）,,",
    "3,首爾,民國57年3月23日",
    "澳大利亞（1）,,",
    "4,黃金海岸,民國71年9月22日",
], "big5")
truth("taipei.csv", [("tw-taipei", p, s, UN) for p, s in [
    ("休士頓", "1961-07"), ("洛杉磯", "1979-06-16"), ("首爾", "1968-03-23"), ("黃金海岸", "1982-09-22")]], "tw-taipei")

# Eras, Shift_JIS.
text("teikei.csv", [
    "番号,自治体,提携自治体,国名,提携年月日,備考",
    "1,奈良市,西安市,中国,昭和49年2月1日,",
    "2,下関市,青島市,中国,S54.10.3,",
    "3,金沢市,蘇州市,中国,昭和56年6月13日,",
    "4,福岡市,広州市,中国,昭和54年5月2日,",
    "5,新潟市,ハルビン市,中国,昭和54年12月17日,",
    "6,別府市,烟台市,中国,昭和60年7月26日,",
    "7,松本市,カトマンズ市,ネパール,平成元年11月17日,",
    "8,会津若松市,荊州市,中国,平成3年6月15日,",
], "shift_jis", "\r\n")
truth("teikei.csv", [(o, p, s, UN) for o, p, s in [
    ("奈良市", "西安市", "1974-02-01"), ("下関市", "青島市", "1979-10-03"), ("金沢市", "蘇州市", "1981-06-13"), ("福岡市", "広州市", "1979-05-02"),
    ("新潟市", "ハルビン市", "1979-12-17"), ("別府市", "烟台市", "1985-07-26"), ("松本市", "カトマンズ市", "1989-11-17"),
    ("会津若松市", "荊州市", "1991-06-15")]])

# Blank means the cell above; a two-country list.
text("jiangsu.tsv", [
    "江蘇省管轄區\t日方城市\t結好時間",
    "南京市\t名古屋市\t1978.12.21",
    "蘇州市\t金澤市\t1981.6.13",
    "\t池田市\t1981.6.6",
    "無錫市\t明石市\t1981.8.29",
    "\t相模原市\t1985.10.6",
    "連雲港市\t堺市\t1983.12.3",
])
truth("jiangsu.tsv", [(o, p, s, UN) for o, p, s in [
    ("南京市", "名古屋市", "1978-12-21"), ("蘇州市", "金澤市", "1981-06-13"), ("蘇州市", "池田市", "1981-06-06"), ("無錫市", "明石市", "1981-08-29"),
    ("無錫市", "相模原市", "1985-10-06"), ("連雲港市", "堺市", "1983-12-03")]])

# An edge list, UTF-16 with its mark.
with open(os.path.join(HERE, "edges.txt"), "wb") as out:
    lines = ["City 1\tCountry\tCity 2\tYear", "Lyon\tFrance\tMilan\t1967", "Lyon\tFrance\tFrankfurt am Main\t1960", "Lille\tFrance\tTurin\t1958"]
    out.write("\ufeff".encode("utf-16-le") + "\r\n".join(lines).encode("utf-16-le"))
truth("edges.txt", [("Lyon", "Milan", "1967", UN), ("Lyon", "Frankfurt am Main", "1960", UN), ("Lille", "Turin", "1958", UN)])

# Wikidata: the results of one query in JSON and in TSV, with the precision of the date.
ROWS = [("Q1490", "Tokyo", "Q60", "New York City", "United States", "1960-02-29T00:00:00Z", "11"),
        ("Q34600", "Kyoto", "Q5826", "Xi'an", "People's Republic of China", "1974-05-10T00:00:00Z", "11"),
        ("Q34600", "Kyoto", "Q90", "Paris", "France", "1958-01-01T00:00:00Z", "9"),
        ("Q38283", "Yokohama", "Q16552", "San Diego", "United States", "1957-10-01T00:00:00Z", "10"),
        ("Q38283", "Yokohama", "Q1355", "Bengaluru", "India", "", "")]
VARS = ["item", "itemLabel", "twin", "twinLabel", "countryLabel", "start", "precision"]
XSD = "http://www.w3.org/2001/XMLSchema#"


def term(variable, value):
    if variable in ("item", "twin"):
        return {"type": "uri", "value": "http://www.wikidata.org/entity/" + value}
    if variable == "start":
        return {"type": "literal", "datatype": XSD + "dateTime", "value": value}
    if variable == "precision":
        return {"type": "literal", "datatype": XSD + "integer", "value": value}
    return {"type": "literal", "xml:lang": "en", "value": value}


bindings = [{v: term(v, value) for v, value in zip(VARS, row) if value} for row in ROWS]
with open(os.path.join(HERE, "wikidata.srj"), "w") as out:
    json.dump({"head": {"vars": VARS}, "results": {"bindings": bindings}}, out, indent=1)


def tsv(variable, value):
    if not value:
        return ""
    if variable in ("item", "twin"):
        return f"<http://www.wikidata.org/entity/{value}>"
    if variable == "start":
        return f'"{value}"^^<{XSD}dateTime>'
    return value if variable == "precision" else f'"{value}"@en'


text("wikidata.tsv", ["\t".join("?" + v for v in VARS)] + ["\t".join(tsv(v, c) for v, c in zip(VARS, row)) for row in ROWS])
for file in ("wikidata.srj", "wikidata.tsv"):
    truth(file, [("Tokyo", "New York City", "1960-02-29", UN), ("Kyoto", "Xi'an", "1974-05-10", UN), ("Kyoto", "Paris", "1958", UN),
                 ("Yokohama", "San Diego", "1957-10", UN), ("Yokohama", "Bengaluru", None, UN)])

# Ended and suspended ties in remarks; two grades.
text("guangzhou.csv", [
    "序号,友好城市名称,国别,结好时间,类型,备注",
    "1,福冈市,日本,1979-05-02,友好城市,",
    "2,洛杉矶市,美国,1981-12-08,友好城市,",
    "3,法兰克福市,德国,1988-04-11,友好城市,",
    "4,布里斯托尔市,英国,2001-05-23,友好交流城市,2019年终止",
    "5,汉班托塔,斯里兰卡,2007-02-27,友好交流城市,2020年起暂停",
])
truth("guangzhou.csv", [("cn-guangzhou", p, s, k) for p, s, k in [
    ("福冈市", "1979-05-02", FC), ("洛杉矶市", "1981-12-08", FC), ("法兰克福市", "1988-04-11", FC), ("布里斯托尔市", "2001-05-23", FX),
    ("汉班托塔", "2007-02-27", FX)]], "cn-guangzhou")

# Two names in a cell.
text("two-names.csv", [
    "城市,结好日期",
    "温哥华市 Vancouver（加拿大）,1985/3/28",
    "横滨市Yokohama（日本）,1973/11/30",
    "鹿特丹市／Rotterdam（荷兰）,1979/11/23",
    "旧金山市 (San Francisco) (美国),1980/1/28",
])
truth("two-names.csv", [("cn-shanghai", p, s, UN) for p, s in [
    ("温哥华市", "1985-03-28"), ("横滨市", "1973-11-30"), ("鹿特丹市", "1979-11-23"), ("旧金山市", "1980-01-28")]], "cn-shanghai")

# A ledger: ditto marks, numbers in characters, a remark in a date, a state in the cell of its city, a year after the end that it tells.
text("ledger.csv", [
    "某省对外友好协会工作台账（2024年印）,,,,,,",
    "单位：对,,,,,,",
    "编号,我方城市,结好城市（外文名）,所属国,结好日期,方式,目前状况",
    "一,济南市,和歌山市（Wakayama）,日本,1983.1.14签约,友好城市,往来正常",
    "二,同上,考文垂（Coventry）,英国,1983.10.3,友好城市,往来正常",
    '三,〃,"雷恩（Rennes）',
    '法国",,2002年7月,友好交流城市,中断',
    "四,青岛市,下关市（Shimonoseki）,日本,1979.10.3,友好城市,往来正常",
    "五,烟台市,塔科马（Tacoma）,美国,不详,友好城市,已解除（2020）",
    "共计,5对,,,,,",
    "注1：本表不含意向。,,,,,,",
], "gb18030")
truth("ledger.csv", [("济南市", "和歌山市", "1983-01-14", FC), ("济南市", "考文垂", "1983-10-03", FC), ("济南市", "雷恩", "2002-07", FX),
                     ("青岛市", "下关市", "1979-10-03", FC), ("烟台市", "塔科马", None, FC)])

# Korean, EUC-KR.
text("busan.csv", [
    "번호,도시명,국가명,결연일자,비고",
    "1,시모노세키시,일본,1976. 10. 11.,",
    "2,상하이시,중국,1993. 8. 24.,",
    "3,바르셀로나,스페인,1983. 10. 25.,",
    "4,로스앤젤레스,미국,1967년 12월 18일,",
], "euc-kr", "\r\n")
truth("busan.csv", [("kr-busan", p, s, UN) for p, s in [
    ("시모노세키시", "1976-10-11"), ("상하이시", "1993-08-24"), ("바르셀로나", "1983-10-25"), ("로스앤젤레스", "1967-12-18")]], "kr-busan")

# French, Italian, Spanish, English of America; orders of day and month that the column shows.
text("jumelages.csv", ["Ville;Pays;Date de signature", "Gênes;Italie;24/05/1958", "Kobé;Japon;10/05/1961", "Hambourg;Allemagne;05/03/1958"])
truth("jumelages.csv", [("fr-marseille", p, s, UN) for p, s in [
    ("Gênes", "1958-05-24"), ("Kobé", "1961-05-10"), ("Hambourg", "1958-03-05")]], "fr-marseille")
text("gemellaggi.csv", ["Comune,Città gemellata,Stato,Dal", "Torino,Lione,Francia,1957", "Milano,Osaka,Giappone,8 giugno 1981", "Venezia,Suzhou,Cina,24 marzo 1980"])
truth("gemellaggi.csv", [("Torino", "Lione", "1957", UN), ("Milano", "Osaka", "1981-06-08", UN), ("Venezia", "Suzhou", "1980-03-24", UN)])
text("hermanamientos.csv", ["Ciudad hermana,País,Fecha", "San Francisco,Estados Unidos,10 de mayo de 2010", "Boston,Estados Unidos,1980", "Kobe,Japón,abril de 1993"])
truth("hermanamientos.csv", [("es-barcelona", p, s, UN) for p, s in [
    ("San Francisco", "2010-05-10"), ("Boston", "1980"), ("Kobe", "1993-04")]], "es-barcelona")
text("us.csv", ["U.S. City,U.S. Counterparts,Country,Date Signed,Type", "Seattle,Chongqing,China,06/03/1983,Sister City",
                "Denver,Kunming,China,05/15/1986,Sister City", "Chicago,Shenyang,China,06/05/1985,Sister City"])
truth("us.csv", [("Seattle", "Chongqing", "1983-06-03", UN), ("Denver", "Kunming", "1986-05-15", UN), ("Chicago", "Shenyang", "1985-06-05", UN)])

# JSON objects.
with open(os.path.join(HERE, "towns.json"), "w") as out:
    json.dump([{"authority": "Sheffield", "partner": "Bochum", "country": {"name": "Germany"}, "since": 1950},
               {"authority": "Leeds", "partner": "Dortmund", "country": {"name": "Germany"}, "since": 1969}], out, indent=1)
truth("towns.json", [("Sheffield", "Bochum", "1950", UN), ("Leeds", "Dortmund", "1969", UN)])

# Workbooks: two sheets, cells that hold dates, a merged title and merged states, a hidden row.
SISTERS = [("1", "横滨市", "日本", datetime.date(1973, 11, 30)), ("2", "大阪市", "日本", datetime.date(1974, 4, 18)), ("3", "米兰市", "意大利", datetime.date(1979, 6, 25))]
EXCHANGES = [("1", "鹿特丹市", "荷兰", datetime.date(1979, 11, 23)), ("2", "旧金山市", "美国", datetime.date(1980, 1, 28))]
book = openpyxl.Workbook()
for sheet, title, rows in ((book.active, "友好城市", SISTERS), (book.create_sheet(), "友好交流城市", EXCHANGES)):
    sheet.title = title
    sheet.append(["上海市" + title, None, None, None])
    sheet.merge_cells("A1:D1")
    sheet.append(["序号", "城市", "国家", "结好时间"])
    for row in rows:
        sheet.append(list(row))
book["友好城市"].merge_cells("C3:C4")
book["友好城市"].row_dimensions[5].hidden = True
for sheet in book.worksheets:
    for cell in sheet["D"]:
        cell.number_format = "yyyy-mm-dd"
book.save(os.path.join(HERE, "shanghai.xlsx"))
truth("shanghai.xlsx", [("cn-shanghai", p, d.isoformat(), FC) for _, p, _, d in SISTERS] +
      [("cn-shanghai", p, d.isoformat(), FX) for _, p, _, d in EXCHANGES])

old = xlwt.Workbook()
sheet = old.add_sheet("Partnerstädte")
dated = xlwt.easyxf(num_format_str="DD.MM.YYYY")
for column, name in enumerate(["Partnerstadt", "Land", "seit"]):
    sheet.write(0, column, name)
for number, (city, state, date) in enumerate([("Lyon", "Frankreich", datetime.date(1960, 10, 15)), ("Birmingham", "Großbritannien", datetime.date(1966, 4, 1)), ("Mailand", "Italien", datetime.date(1970, 9, 30))], 1):
    sheet.write(number, 0, city)
    sheet.write(number, 1, state)
    sheet.write(number, 2, date, dated)
old.save(os.path.join(HERE, "frankfurt.xls"))
truth("frankfurt.xls", [("de-frankfurt-am-main", p, s, UN) for p, s in [
    ("Lyon", "1960-10-15"), ("Birmingham", "1966-04-01"), ("Mailand", "1970-09-30")]], "de-frankfurt-am-main")

document = OpenDocumentSpreadsheet()
table = Table(name="姉妹都市")
for cells in [["都市名", "国名", "提携年月日"], ["ホノルル市", "アメリカ", datetime.date(1959, 5, 29)], ["大邱広域市", "大韓民国", datetime.date(1997, 5, 2)]]:
    row = TableRow()
    for value in cells:
        if isinstance(value, datetime.date):
            cell = TableCell(valuetype="date", datevalue=value.isoformat())
            cell.addElement(P(text=value.strftime("%Y年%m月%d日")))
        else:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
        row.addElement(cell)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save(os.path.join(HERE, "hiroshima.ods"))
truth("hiroshima.ods", [("jp-hiroshima", p, s, UN) for p, s in [("ホノルル市", "1959-05-29"), ("大邱広域市", "1997-05-02")]], "jp-hiroshima")

with open(os.path.join(HERE, "truth.jsonl"), "w") as out:
    for line in TRUTH:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
