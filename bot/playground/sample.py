"""Generates the sample company Quayline as a CSV folder, the same for a seed and dated relative to a day."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

SEED = 20250601
LOCALES = {"Asia/Shanghai": "zh-CN", "Europe/London": "en-GB"}
"""How the company's people have set their language, by the office that they work in."""
PEOPLE = [
    # id, name, manager, title, region, time zone
    ("q01", "Henrike Vossberg", "", "Chief Revenue Officer", "Global", "America/New_York"),
    ("q02", "Solomon Adeyinka", "q01", "Sales Manager East", "East", "America/New_York"),
    ("q03", "Paloma Iturbide", "q01", "Sales Manager West", "West", "America/Los_Angeles"),
    ("q04", "Yawen Shen", "q01", "Sales Manager APAC", "APAC", "Asia/Shanghai"),
    ("q05", "Tamsin Okafor", "q02", "Account Executive", "East", "America/New_York"),
    ("q06", "Bertrand Lisle", "q02", "Account Executive", "East", "America/New_York"),
    ("q07", "Marguerite Dunmore", "q02", "Account Executive", "East", "America/New_York"),
    ("q08", "Joaquin Salvatierra", "q03", "Account Executive", "West", "America/Los_Angeles"),
    ("q09", "Winnifred Tate", "q03", "Account Executive", "West", "America/Los_Angeles"),
    ("q10", "Zihan Luo", "q04", "Account Executive", "APAC", "Asia/Shanghai"),
    ("q11", "Ruoxi Fang", "q04", "Account Executive", "APAC", "Asia/Shanghai"),
    ("q12", "Imogen Castle", "q01", "Product Marketing Manager", "Global", "America/New_York"),
]
REPS = {"East": ["q05", "q06", "q07"], "West": ["q08", "q09"], "APAC": ["q10", "q11"]}
ACCOUNTS = [
    # name, aliases, industry, region
    ("Globex Manufacturing", "Globex", "Manufacturing", "East"),
    ("Initech Retail Group", "Initech", "Retail", "East"),
    ("Umbrella Health Supply", "Umbrella", "Healthcare", "East"),
    ("Acme Beverages", "Acme", "Food & Beverage", "East"),
    ("Pinehollow Grocers", "Pinehollow", "Retail", "East"),
    ("Brightwater Dairy", "Brightwater", "Food & Beverage", "East"),
    ("Tollgate Logistics", "Tollgate", "Logistics", "East"),
    ("Sparrowfield Pharma", "Sparrowfield", "Healthcare", "East"),
    ("Ironmere Castings", "Ironmere", "Manufacturing", "East"),
    ("Hollin & Wray", "Hollin;H&W", "Retail", "East"),
    ("Vantreese Chemicals", "Vantreese", "Chemicals", "East"),
    ("Copperline Tools", "Copperline", "Manufacturing", "East"),
    ("Marlpit Foods", "Marlpit", "Food & Beverage", "East"),
    ("Wexley Freight", "Wexley", "Logistics", "East"),
    ("Ashgrove Clinics", "Ashgrove", "Healthcare", "East"),
    ("Lantern Bay Outfitters", "Lantern Bay", "Retail", "West"),
    ("Redstone Cold Storage", "Redstone", "Logistics", "West"),
    ("Cascadia Milling", "Cascadia", "Food & Beverage", "West"),
    ("Quarrytown Plastics", "Quarrytown", "Chemicals", "West"),
    ("Sable Peak Brewing", "Sable Peak", "Food & Beverage", "West"),
    ("Orchard Row Markets", "Orchard Row", "Retail", "West"),
    ("Northquay Distribution", "Northquay", "Logistics", "West"),
    ("Palisade Aerostructures", "Palisade", "Manufacturing", "West"),
    ("Mirabel Medical", "Mirabel", "Healthcare", "West"),
    ("Dunecrest Solvents", "Dunecrest", "Chemicals", "West"),
    ("Fogline Furniture", "Fogline", "Manufacturing", "West"),
    ("Saltgrass Seafood", "Saltgrass", "Food & Beverage", "West"),
    ("Kettle Creek Hardware", "Kettle Creek", "Retail", "West"),
    ("环球科技", "环球;Huanqiu Technology", "Manufacturing", "APAC"),
    ("晨光食品", "晨光;Chenguang Foods", "Food & Beverage", "APAC"),
    ("蓝湾物流", "蓝湾;Lanwan Logistics", "Logistics", "APAC"),
    ("瑞康医药", "瑞康;Ruikang Pharma", "Healthcare", "APAC"),
    ("东岳化工", "东岳;Dongyue Chemical", "Chemicals", "APAC"),
    ("百盛商超", "百盛;Baisheng Retail", "Retail", "APAC"),
    ("铁山重工", "铁山;Tieshan Heavy", "Manufacturing", "APAC"),
    ("Straitsview Cargo", "Straitsview", "Logistics", "APAC"),
    ("Merlion Provisions", "Merlion", "Food & Beverage", "APAC"),
    ("Banyan Home", "Banyan", "Retail", "APAC"),
    ("Outback Minerals", "Outback", "Chemicals", "APAC"),
    ("Coralyn Medical", "Coralyn", "Healthcare", "APAC"),
]
PRODUCTS = [
    ("qp1", "Quayline Dock", "Dock;dock scheduling;月台预约", "Software", 36000),
    ("qp2", "Quayline Yard", "Yard;yard visibility;堆场可视化", "Software", 48000),
    ("qp3", "GateCheck", "Gate Check;gate cameras;智能闸口", "Hardware", 21000),
    ("qp4", "Carrier Portal", "portal;承运商门户", "Software", 18000),
    ("qp5", "Quayline Insight", "Insight;QI;分析", "Software", 15000),
]
PROJECTS = {
    "en": [
        "inbound dock rollout",
        "yard pilot",
        "gate automation",
        "2nd site expansion",
        "carrier onboarding",
        "renewal",
        "detention program",
    ],
    "zh": ["月台预约项目", "堆场试点", "闸口自动化", "二期扩展", "续约"],
}
PROJECT_PRODUCTS = [["qp1", "qp5"], ["qp2"], ["qp3"], ["qp1", "qp2"], ["qp4"], ["qp1"], ["qp2", "qp5"]]
STAGES = [
    ("Targeting", 0, "open", "Target"),
    ("Discovery", 10, "open", "Qualified"),
    ("Sponsor found", 25, "open", "Sponsor"),
    ("Evaluation", 50, "open", "Power sponsor"),
    ("Negotiation", 75, "open", "Decision due"),
    ("Verbal", 90, "open", "Verbal"),
    ("Won", 100, "won", "Won"),
    ("Lost", 0, "lost", "Lost"),
]
FIRST = [
    "Dana",
    "Omar",
    "Petra",
    "Lionel",
    "Greta",
    "Idris",
    "Carys",
    "Anton",
    "Noor",
    "Felix",
    "Maeve",
    "Tobin",
    "Ilse",
    "Rufus",
    "Amara",
    "Celine",
    "Dov",
    "Hattie",
    "Jonas",
    "Keiko",
]
LAST = [
    "Reyes",
    "Bellweather",
    "Stroud",
    "Pemberton",
    "Quist",
    "Harland",
    "Achebe",
    "Lindgren",
    "Mossman",
    "Vance",
    "Trevelyan",
    "Oduya",
    "Castellan",
    "Winterbourne",
    "Faulk",
]
ZH_NAMES = [
    "王建国",
    "李思敏",
    "张海涛",
    "刘雨晴",
    "陈国栋",
    "赵丽华",
    "周文博",
    "吴晓燕",
    "孙志强",
    "徐佳宁",
    "高远",
    "林静怡",
    "何俊峰",
    "郭美玲",
]
TITLES = [
    "CFO",
    "VP Supply Chain",
    "Warehouse Manager",
    "Transportation Manager",
    "VP Operations",
    "IT Director",
    "Plant Manager",
]
ZH_TITLES = ["财务总监", "供应链总监", "仓储经理", "厂长", "总经理"]
NOTES = [
    "Walked the yard with {who}; trailers wait two hours at peak and nobody knows which ones are empty.",
    "{who} says detention fees came to about 40k last quarter and finance has started to ask.",
    "{who} wants to see the numbers from a site like theirs before involving the CFO.",
    "Sent {who} the summary and three dates for a site visit.",
    "{who} confirmed the pilot dates; IT still has to open the camera network.",
    "Left a message for {who}, no answer.",
    "{who} asked for a payback calculation over 18 months.",
    "Went through the proposal with {who}; legal has two open points on data.",
]
ZH_NOTES = [
    "{who}介绍了月台排队的情况,高峰期平均等两个小时。",
    "{who}要求提供同行业案例和投资回收期。",
    "给{who}发了方案,下周回复。",
    "{who}说预算要等集团批准。",
]
STEPS = [
    "Send the payback sheet",
    "Site visit with the warehouse team",
    "Review the proposal with finance",
    "Agree the pilot dates",
    "Call about legal's points",
]
ZH_STEPS = ["发方案", "现场考察", "和财务评审报价", "确认试点日期"]


class SampleCompany:
    """All rows of the company as of a day; the same seed gives the same company, moved in time."""

    def __init__(self, today: date, seed: int = SEED) -> None:
        self.today, self.random = today, Random(seed)
        self.contacts: list[dict[str, Any]] = []
        self.deals: list[dict[str, Any]] = []
        self.stage_changes: list[dict[str, Any]] = []
        self.field_changes: list[dict[str, Any]] = []
        self.activities: list[dict[str, Any]] = []
        self.owners = {f"qa{n:02}": self._owner(n, name, region) for n, (name, _, _, region) in enumerate(ACCOUNTS, 1)}
        self._meet_contacts()
        self._open_deals(150)
        self._log_activities(400)

    def _owner(self, n: int, name: str, region: str) -> str:
        reps = REPS[region]
        return reps[0] if n <= 4 or name == "环球科技" else reps[n % len(reps)]

    def _meet_contacts(self) -> None:
        for n, (name, _, _, _) in enumerate(ACCOUNTS, 1):
            chinese = not name.isascii()
            for place in range(3 if n <= 4 else 2):
                if n == 1 and place == 0:
                    who = "Dana Reyes"
                elif name == "环球科技" and place == 0:
                    who = "王建国"
                elif chinese:
                    who = ZH_NAMES[(n * 2 + place) % len(ZH_NAMES)]
                else:
                    who = f"{FIRST[(n * 3 + place) % len(FIRST)]} {LAST[(n + place * 4) % len(LAST)]}"
                titles = ZH_TITLES if chinese else TITLES
                self.contacts.append(
                    {
                        "id": f"qc{len(self.contacts) + 1:03}",
                        "name": who,
                        "account_id": f"qa{n:02}",
                        "title": titles[(n + place) % len(titles)] if not (n == 1 and place == 0) else "CFO",
                        "email": f"contact{len(self.contacts) + 1}@{f'qa{n:02}'}.example",
                        "phone": f"+1-555-{1000 + len(self.contacts)}",
                    }
                )

    def _open_deals(self, count: int) -> None:
        """Every third deal is open; so is each first deal of the accounts that the README's sentences name."""
        for n in range(count):
            account = n % len(ACCOUNTS) + 1
            told = n < len(ACCOUNTS) and ACCOUNTS[n][0] in {"Globex Manufacturing", "环球科技"}
            if told or (n % 3 == 0 and ACCOUNTS[account - 1][0] != "环球科技"):
                self._deal(n, account, "open")
            else:
                self._deal(n, account, "lost" if self.random.random() < 0.55 else "won")

    def _deal(self, n: int, account: int, fate: str) -> None:
        random, name = self.random, ACCOUNTS[account - 1][0]
        chinese = not name.isascii()
        project = PROJECTS["zh" if chinese else "en"]
        kind = (n // len(ACCOUNTS) + account - 1) % len(project)
        age = random.randint(12, 150) if fate == "open" else random.randint(60, 420)
        created = self.today - timedelta(days=age)
        depth = random.randint(0, 5) if fate == "open" else random.randint(1, 5) if fate == "lost" else 5
        end = self.today if fate == "open" else created + timedelta(days=max(20, int(age * random.uniform(0.3, 0.9))))
        amount = random.choice([24, 36, 48, 60, 85, 120, 150, 180, 240, 320]) * 1000 * (7 if chinese else 1)
        deal_id, owner = f"qd{n + 1:03}", self.owners[f"qa{account:02}"]
        stage = STAGES[depth][0] if fate == "open" else "Won" if fate == "won" else "Lost"
        ahead = self.today + timedelta(days=random.randint(-6, 140))
        people = [c["id"] for c in self.contacts if c["account_id"] == f"qa{account:02}"][: random.randint(1, 3)]
        self.deals.append(
            {
                "id": deal_id,
                "name": f"{ACCOUNTS[account - 1][1].split(';')[0]} {project[kind]}",
                "account_id": f"qa{account:02}",
                "owner_id": owner,
                "stage": stage,
                "amount": "" if fate == "open" and n % 33 == 30 else amount,
                "currency": "CNY" if chinese else "USD",
                "product_ids": ";".join(PROJECT_PRODUCTS[kind]),
                "created": created.isoformat(),
                "close_date": (ahead if fate == "open" else end).isoformat(),
                "closed_at": "" if fate == "open" else end.isoformat(),
                "loss_reason": random.choice(["price", "no decision", "competitor", "timing"])
                if fate == "lost"
                else "",
                "next_step": random.choice(ZH_STEPS if chinese else STEPS) if fate == "open" and n % 12 else "",
                "next_step_due": (self.today + timedelta(days=random.randint(1, 20))).isoformat()
                if fate == "open" and n % 12
                else "",
                "forecast": ""
                if fate != "open"
                else ["pipeline", "pipeline", "best case", "best case", "most likely", "commit"][depth],
                "contact_ids": ";".join(people),
            }
        )
        self._history(deal_id, owner, created, end, depth, fate)
        if fate == "open" and n % 4:
            step = self.deals[-1]["next_step"]
            if step:
                agreed = self._moment(self.today - timedelta(days=1 + n % 15))
                self.field_changes.append(
                    {"deal_id": deal_id, "field": "next_step", "old": "", "new": step, "at": agreed, "by_id": owner}
                )
        if fate == "open" and n % 5 == 0:
            moved = self._moment(self.today - timedelta(days=random.randint(1, 40)))
            old = (ahead - timedelta(days=random.randint(14, 45))).isoformat()
            self.field_changes.append(
                {
                    "deal_id": deal_id,
                    "field": "close_date",
                    "old": old,
                    "new": ahead.isoformat(),
                    "at": moved,
                    "by_id": owner,
                }
            )

    def _history(self, deal_id: str, owner: str, created: date, end: date, depth: int, fate: str) -> None:
        way = [stage[0] for stage in STAGES[: depth + 1]] + (
            [] if fate == "open" else ["Won" if fate == "won" else "Lost"]
        )
        last = end - timedelta(days=self.random.randint(2, 25)) if fate == "open" else end
        span = max((last - created).days, len(way))
        before = ""
        for place, stage in enumerate(way):
            day = created + timedelta(days=span * place // max(len(way) - 1, 1))
            self.stage_changes.append(
                {
                    "deal_id": deal_id,
                    "from_stage": before,
                    "to_stage": stage,
                    "at": self._moment(min(day, self.today)),
                    "by_id": owner,
                }
            )
            before = stage

    def _log_activities(self, count: int) -> None:
        random, names = self.random, {c["id"]: c["name"] for c in self.contacts}
        for n in range(count):
            deal = random.choice(
                [d for d in self.deals if d["stage"] not in {"Won", "Lost"}] if n % 5 < 3 else self.deals
            )
            first, last = (
                date.fromisoformat(deal["created"]),
                date.fromisoformat(deal["closed_at"] or self.today.isoformat()),
            )
            day = last - timedelta(days=int((last - first).days * random.random() ** 2))
            who = deal["contact_ids"].split(";")[0]
            notes = ZH_NOTES if deal["currency"] == "CNY" else NOTES
            kind = random.choice(["call", "call", "meeting", "email", "demo"])
            self.activities.append(
                {
                    "id": f"qx{n + 1:03}",
                    "kind": kind,
                    "at": self._moment(min(day, self.today - timedelta(days=1))),
                    "duration_minutes": "" if kind == "email" else random.choice([15, 20, 30, 45, 60]),
                    "deal_id": deal["id"],
                    "account_id": deal["account_id"],
                    "contact_ids": who,
                    "author_id": deal["owner_id"],
                    "summary": random.choice(notes).format(who=names[who].split()[0]),
                }
            )

    def _moment(self, day: date) -> str:
        return datetime.combine(day, time(self.random.randint(13, 20), self.random.randint(0, 59)), UTC).isoformat()

    def quotas(self) -> Iterable[dict[str, Any]]:
        for year in (self.today.year - 1, self.today.year, self.today.year + 1):
            for quarter in range(4):
                first = date(year, quarter * 3 + 1, 1)
                last = date(year + quarter // 3, (quarter * 3 + 3) % 12 + 1, 1) - timedelta(days=1)
                for region, reps in REPS.items():
                    for rep in reps:
                        currency, amount = ("CNY", 2_100_000) if region == "APAC" else ("USD", 420_000)
                        yield {"person_id": rep, "from": first, "to": last, "amount": amount, "currency": currency}

    def write(self, folder: Path) -> None:
        """Write all files of the CSV import into a folder, made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        email = {row[0]: f"{row[1].split()[0].casefold()}@quayline.example" for row in PEOPLE}
        people = [
            dict(zip(("id", "name", "manager_id", "title", "region", "timezone"), row, strict=True))
            | {"email": email[row[0]], "slack_user_id": f"U0{row[0].upper()}", "locale": LOCALES.get(row[5], "en-US")}
            for row in PEOPLE
        ]
        accounts = [
            {
                "id": f"qa{n:02}",
                "name": name,
                "aliases": aliases,
                "industry": industry,
                "owner_id": self.owners[f"qa{n:02}"],
            }
            for n, (name, aliases, industry, _) in enumerate(ACCOUNTS, 1)
        ]
        products = [
            {"id": i, "name": n, "aliases": a, "family": f, "list_price": p, "currency": "USD"}
            for i, n, a, f, p in PRODUCTS
        ]
        stages = [
            {"name": n, "order": o, "probability": p, "kind": k, "process_stage": s}
            for o, (n, p, k, s) in enumerate(STAGES, 1)
        ]
        tables = {
            "people": people,
            "accounts": accounts,
            "contacts": self.contacts,
            "products": products,
            "stages": stages,
            "deals": self.deals,
            "stage_changes": self.stage_changes,
            "field_changes": self.field_changes,
            "activities": self.activities,
            "quotas": list(self.quotas()),
        }
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
        (folder / "channels.json").write_text(
            json.dumps(self._channels(email), ensure_ascii=False, indent=1), encoding="utf-8"
        )

    def _channels(self, email: dict[str, str]) -> dict[str, Any]:
        manager = {"East": "q02", "West": "q03", "APAC": "q04"}
        teams = {
            f"#{region.casefold()}-sales": {
                "kind": "private",
                "members": [email[i] for i in ["q01", manager[region], *reps]],
            }
            for region, reps in REPS.items()
        }
        leads = {"kind": "private", "members": [email[i] for i in ["q01", *manager.values()]]}
        shared = {"kind": "external", "members": [email["q02"], email["q05"]], "guests": ["dana.reyes@globex.example"]}
        return {
            **teams,
            "#sales-leads": leads,
            "#sales-all": {"kind": "public", "members": "all"},
            "#ext-globex": shared,
        }
