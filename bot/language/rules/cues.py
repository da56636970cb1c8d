"""The words by which salespeople say what happened, in English and Chinese, as patterns."""

import re

from bot.domain.text import worded

I = re.IGNORECASE

ACTIVITY = (
    (
        "demo",
        worded(r"\b(?:demo(?:ed|'d|s)?|gave (?:them )?a (?:product )?tour|showed (?:them|him|her))\b|演示", I),
    ),
    (
        "call",
        worded(
            r"\b(?:phone call|cal+(?:e?d)?(?! it\b| the (?:deal|amount)\b)|phoned?|rang|dialed|spoke|spoken"
            r"|talked|chatted|chat|on the phone|by phone|got hold of|caught up|touched base"
            r"|no answer|voicemail|lvm|left (?:a )?(?:vm|voicemail|message)|zoom(?:ed)?|teams call"
            r"|hopped on|just off the phone)\b|(?<!没)(?:电话|通话|通了|来电|打给|联系了|聊了|聊过"
            r"|微信沟通|沟通了|打了)",
            I,
        ),
    ),
    (
        "meeting",
        worded(
            r"\b(?:met|meeting|mtg|mtgs|breakfast|lunch|dinner|drinks|coffee|seeing|(?:i|we) (?:was"
            r"|were) (?:at|on[- ]?site|over at|out at|with)|went (?:to see|over to|out to)|(?:dropped"
            r"|popped|stopped|swung) (?:by|in)|(?:bumped|ran) into|visited|visit|on[- ]?site|workshop"
            r"|presented|presentation|walked .{1,40}? (?:through|thru)|sat down with|saw|kick-?off|qbr"
            r"|review with)\b"
            r"|开会|会议|见面|见了|拜访|参观|面谈|会谈|吃了?饭|开了.{0,8}会",
            I,
        ),
    ),
    (
        "email",
        worded(
            (
                r"\b(?:pinged (?:me|us)|by e-?mail|dropped (?:me|us) (?:a|an) (?:e-?mail|mail|line)|e-?mailed"
                r"|e-?mail (?:from|to|with)|sent|mailed|wrote (?:to|back)|replied|answered (?:by|her|his) mail"
                r"|forwarded)\b|发了|发给.{1,8}了|寄了|已发|邮件"
            ),
            I,
        ),
    ),
    ("note", worded(r"\b(?:log|add|make|take) a note\b|\bnote(?: to self)?:|\bfyi\b|备注|记一下", I)),
)
LOG = worded(
    (
        r"^\s*(?:please |pls )?(?:log|record|note down|add|capture)\b(?: an?| the| my)? ?(?P<what>call|meeting"
        r"|demo|e-?mail|visit|activity|note)?|^(?:记录|登记)"
    ),
    I,
)
PASSIVE = worded(
    (
        r"\b(?:told|said|says|agreed|confirmed|asked|wants|happy|signed off|heard (?:back )?from|feedback from"
        r"|update from|news from)\b|说|表示|同意|确认"
    ),
    I,
)

NEXT_LABEL = worded(
    (
        r"(?:\bnext steps?\b|\bnxt steps?\b|\bnext action\b|\baction items?\b|\bto-?dos?\b(?=\s*[:=-])"
        r"|\bfollow[- ]?up\b(?=\s*(?:[:=-]|is\b))|\bnew one\b(?=\s*[:=-])|下一步|接下来|待办|后续)\s*(?:is|are|will be"
        r"|should be|改成|改为|换成|是|[:=-])*\s*(?:to\s+)?"
    ),
    I,
)
REMIND = worded(
    (
        r"\b(?:remind me|reminder|remember|don'?t let me forget|set a reminder|task)\b(?:\s+(?:on"
        r"|for)\s+\w+)?\s*:?\s*(?:me\s+)?(?:to\s+)?|提醒我|记得"
    ),
    I,
)
PROMISE = worded(
    r"(?:^\W*will (?=[a-z])|\b(?:i'?ll|i will|we'll|we will|will (?=send|call|ring|share|follow|get back"
    r"|come back|prepare|email|mail|book|set up|meet|pop|drop|forward|revert|ping)|i'?m to |we'?re to "
    r"|i'?m going to|going to|gonna|gotta|i(?:'?ve| have) promised(?: to)?"
    r"|i (?:need|have(?= to)|promised|owe|must|should)(?: to)?"
    r"|we (?:need|have(?= to)|promised|owe|must|should)(?: to)?|let'?s (?!say)|need to|have to|must|promised to"
    r"|supposed to))\s*\b",
    I,
)
IMPERATIVE = worded(
    r"^\W*(?:then |and |please |pls )?(?:send|cb\b|call(?! with| w/| w\b| at\b| @| it\b|ed)|e-?mail|mail"
    r"|ring|phone|schedule|book|prep(?:are)?|draft|share|follow up|get|arrange|set up|ask|check|deliver"
    r"|present|review|meet|visit|chase|confirm|invite|"
    r"introduce|finish|write|forward|organi[sz]e|bring|ping|nudge|contact|reach out|circle back|submit"
    r"|provide|collect|fix|give (?=\w+ (?:a call|an update|the))|quote)\b",
    I,
)
WANTS = worded(
    (
        r"\b(?:wants?|needs?|expects?|asked (?:me |us )?for|is waiting for|waiting for|would like|asked (?:me"
        r"|us) to|requested|due)\b"
    ),
    I,
)
GERUND = worded(
    (
        r"^\W*(?:and |then )?(?:(?:i'?m|we'?re|am|are) (?:\w+ )?(?:meeting|seeing|visiting|calling|presenting"
        r"|demoing)|(?:i'?m |we'?re )?(?:sending|e-?mailing|following up|chasing|preparing|delivering|sharing"
        r"|drafting|booking))\b"
    ),
    I,
)
STARTS = worded(
    (
        r"\b(?:kicks? off|kick[- ]?off|starts?|begins?|goes live|go[- ]live|takes place|happens|is on|set for"
        r"|planned for|lined up)\b|开始|启动"
    ),
    I,
)
CLOCK = worded(r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm|h|o'?clock)\b|\b\d{1,2}:\d\d\b|\d{1,2}点|[上下]午", I)
PAST = worded(
    (
        r"\b(?:had|was|were|did|met|called|rang|spoke|talked|went|saw|held|gave|sent|e-?mailed|mailed|shared"
        r"|showed|discussed|forwarded|walked|presented|visited|caught)\b|了"
    ),
    I,
)
SEND_VERB = worded(
    r"\b(?:send|sending|share|forward|e-?mail|pop|get) .{0,40}\b(?:over|across|to|back|them|her|him)\b", I
)
BOOKED = worded(
    (
        r"\b(?:booked|scheduled|planned|arranged|lined up|set up|set|agreed|fixed|confirmed|in the (?:diary"
        r"|calendar)) (?:in )?(?:for|on)?\b|\b(?:new (?:slot|date|time)|resched\w*|rebook\w*|moved to|set for"
        r"|now on)\b|约在|约了|定在|安排"
    ),
    I,
)
ZH_DEADLINE = worded(r"(?:之|以)?前(?!天|台|期|面|端|任)")
ZH_FUTURE_DO = worded(
    r"发|交|寄|打电话|拜访|安排|准备|提交|约|回复|确认|见|演示|开会|送|给|出|做|签合同|汇报|联系|跟进|沟通|讨论"
)

CLOSE = worded(
    r"\b(?:clos(?:e|es|ing)(?: date)?|slip(?:s|ped|ping)?|push(?:ed|es|ing)?(?: it| this| that| out| back)?"
    r"|pull(?:ed|s|ing)?\b.{0,40}?\b(?:in|forward)|mov(?:e|es|ed|ing)|delay(?:ed|s)?|postpone[ds]?"
    r"|decision|comes? forward|brought forward|land(?:s|ing)?|expect(?:ed|ing)?|let'?s say|realistically"
    r"|target(?:ing)?(?: date)?|sign(?:s|ing)?(?! off)|slid(?:e|es|ing)|signature"
    r"|wrap(?:ping)? up|due|eta|wants? it|want this|change(?:d|s)? to"
    r"|more like|likely|timeline|knock(?:s|ed)?(?: back)?|(?:put|set|moved?|bumped) back|back to|out to"
    r"|shift(?:s|ed|ing)?|bring (?:it|the close) (?:in|forward)|reschedul\w+)\b"
    r"|推迟|推到|推后|延期|延后|延到|提前|改到|改成|调到|挪到|拖到|预计|关单|成交|签|结单|截止",
    I,
)
STRONG_CLOSE = worded(
    (
        r"\b(?:clos(?:e|es|ing)|signature|knocked back|slip\w*|push\w*|pull\w*\b.{0,40}?\b(?:in|forward)"
        r"|postpone\w*|delay\w*|slid(?:e|es|ing)|sign(?:s|ing)(?! off))\b|推迟|推到|推后|延期|延后"
        r"|提前|预计|签|关单|成交"
    ),
    I,
)
STAGE_CUE = worded(
    (
        r"(?:\b(?:to|into|in|at|is|are|now|stage|back to|as|reached|=|mark(?:ed)?(?: it| this| as)?|called?"
        r"|we'?re|it'?s|they|a|in the|goes? to|went|gave (?:us )?(?:a |the )?)\s+(?:the\s+|a\s+)?|(?:->|→"
        r"|=>)\s*|(?:到|进入|改成|改为|变成|已经?|转到|推进到|推进至|进到|到了)\s*)$"
    ),
    I,
)
AFTER_STAGE = worded(
    r"^\s*(?:now|stage|phase|yes|already|too|from|by|with|today|this|and|&|w/|-|–|👍|🎉|阶段|了|$|[.,!;:)])", I
)
NEGATED = worded(
    (
        r"\b(?:no (?=(?:call|meeting|mtg|demo|visit|chat|contact)s?\b)|had to cancel|cancell?ed|called off"
        r"|didn'?t|did not|wont|isnt|wasnt|haven'?t|have not|hasn'?t|never|won'?t|will not|isn'?t|is not"
        r"|wasn'?t|aren'?t|weren'?t|couldn'?t|can'?t|cannot|don'?t|doesn'?t|not(?! sure| only| bad| yet sure)"
        r"|no longer|nope|without)\b|没有|没|不是|未|别"
    ),
    I,
)
WON = worded(
    r"\b(?:(?:closed[- ])?won|signed(?! off)|we won|got the (?:order|signature|contract)|po (?:is )?(?:in"
    r"|arrived|received)|po (?:just |has |finally )?(?:came|come|landed)(?: in)?|(?:got|received"
    r"|have) (?:the|their|a) po|inked|deal (?:is )?done|closed it|they bought|purchase order (?:is )?in"
    r"|(?:po|订单)(?:已经?)?(?:收到|到了|下了|来了)|收到了?(?:po|订单)"
    r"|countersigned)\b"
    r"|赢单|赢了|签了|签约了|签下来|签约了|签下|拿下|成交了|中标",
    I,
)
LOST = worded(
    r"\b(?:(?:closed[- ])?lost|(?:is |it'?s |they'?re |went )?dead(?! ?(?:line|silent|quiet))|(?:went|going"
    r"|gone) with (?!it\b|us\b|the plan|option)|(?:chose|picked|selected|decided (?:for|on)) (?:a |the "
    r"|another )?(?:competitor|rival|other vendor|someone else|somebody else)"
    r"|they (?:passed|dropped us|said no|cancelled|canceled|walked)|kill(?:ed|ing)? (?:the |this "
    r"|that )?(?:[\w-]+ ){0,3}(?:deal|opp|project)"
    r"|project (?:is )?(?:dead|cancelled|canceled|killed)|(?<!go/)(?<!go or )no[- ]go)\b"
    r"|丢了|丢单|没了|输了|输单|失单|黄了|没戏",
    I,
)
LOSS_REASONS = (
    (
        "price",
        worded(
            (
                r"\b(?:pric(?:e|es|ey|ing)|cheaper|too expensive|undercut|better (?:offer|price|quote)"
                r"|cost too much|lower (?:bid|offer|quote)|discount)\b|价格|太贵|嫌贵|贵了|便宜|报价低"
            ),
            I,
        ),
    ),
    (
        "no decision",
        worded(
            (
                r"\b(?:no decision|did nothing|doing nothing|do nothing|status quo|not (?:doing|to do"
                r"|going to do) (?:it|anything)|decided not to|shelved|on ice|stay(?:ing)? with what"
                r"|project (?:was )?(?:cancelled|canceled|killed))\b|不做|取消|搁置|没有决定"
            ),
            I,
        ),
    ),
    (
        "budget",
        worded(
            (
                r"\b(?:budget(?:s)?(?: was| is| got)? (?:cut|frozen|gone)|no budget|budget freeze|(?:froze"
                r"|frozen|freez\w+)|out of money|no money)\b|没预算|预算砍|没有预算|预算没|没有?钱|资金(?:紧|不足|没)"
            ),
            I,
        ),
    ),
    ("timing", worded(r"\b(?:timing|not now|too early|too late|next year instead|bad time)\b|时机|太早|太晚", I)),
    (
        "features",
        worded(
            r"\b(?:feature|functionality|missing|lack(?:ed|s|ing)?|couldn'?t do|didn'?t support|integration)\b|功能", I
        ),
    ),
    (
        "relationship",
        worded(r"\b(?:relationship|knew (?:them|the)|incumbent|existing (?:vendor|supplier))\b|关系", I),
    ),
    (
        "competitor",
        worded(
            (
                r"\b(?:competitors?|rivals?|other vendors?|went (?:with|w/?)(?! us)|chose(?! us)|had the better"
                r"|better (?:story|fit|product"
                r"|demo))\b|竞争对手|对手|竞品|别家|选了(?!我们|咱)"
            ),
            I,
        ),
    ),
)
FORECAST = (
    ("best case", worded(r"\bbest case\b|\bupside\b|最好情况|乐观", I)),
    ("most likely", worded(r"\bmost likely\b|\bprobable\b|很可能", I)),
    (
        "commit",
        worded(
            (
                r"\b(?:a|as|is|to|in|now|my|our|it'?s|make it|it|call it|mark it) commit\b"
                r"|\bcommit(?:ted)? (?:for|this|in forecast|deal|it)\b|(?:放|到|为|是|报)承诺|承诺(?:类|档|里)"
            ),
            I,
        ),
    ),
    ("omitted", worded(r"\bomit(?:ted)?\b|(?:out of|off|from) the forecast\b|不计入预测", I)),
    ("pipeline", worded(r"\bforecast\w* (?:as |is |to |in )?pipeline\b", I)),
)
FORECAST_CATEGORY = (
    ("best case", worded(r"\bbest[ -]case\b|\bupside\b|最好情况|乐观", I)),
    ("most likely", worded(r"\bmost[ -]likely\b|\bprobable\b|很可能", I)),
    ("commit", worded(r"\bcommit(?:ted|s)?\b|承诺", I)),
    ("omitted", worded(r"\bomitted\b|不计入预测", I)),
)
OWNER = worded(
    r"\b(?:give|assign|reassign|hand(?: over)?|transfer|pass|move)\b (?P<what>.+?) (?:over )?to "
    r"(?P<who>[A-Z]?[\w' -]+?)\s*(?:please|pls|from now on)?[.!]*$"
    r"|\b(?:change|set|switch) (?:the )?owner (?:of|on|for) (?P<what5>.+?) to "
    r"(?P<who5>[\w' -]+?)\s*(?:please|pls)?(?:[,.!]|$)"
    r"|\bmake (?P<who2>[\w' -]+?) (?:the )?owner of (?P<what2>.+)|^\W*(?P<who4>[\w' -]+?) (?:takes"
    r"|is taking|took|will take|to take) over (?P<what4>.+)|(?:把)?(?P<what3>.+?)(?:转给|交给|分给|转交给"
    r"|移交给)(?P<who3>.+?)[吧。.]*$",
    I,
)
NEW_ACCOUNT = worded(
    r"^\W*(?:please |pls )?(?:(?:create|add|open|set up|register) )?(?:a |an )?(?:brand )?new (?:account"
    r"|customer|client|company)\b\s*(?:called|named|for|:|-|,)?\s*|^\W*(?:please |pls )?(?:create|add|open"
    r"|set up|register) (?:a |an |the )?(?:account|customer|client|company)\b\s*(?:called|named|for|:|-"
    r"|,)?\s*"
    r"|^\W*(?:新建|创建|新增|添加)(?:一个)?(?:客户|公司|账户)[:,\s]*",
    I,
)
THE_OTHER = worded(
    (
        r"\b(?:the|their|her|his|my) (?:second|other)(?: (?:deal|one|opp|opportunity|project)\b|(?=\W*$"
        r"|\W*[,.;]))|另一个|另外那个|另外一个"
    ),
    I,
)
RENAME = worded(
    (
        r"\brename (?:the )?(?:deal )?(?P<old>.+?) (?:to|as|into) [\"“]?(?P<new>[^\"”]+?)[\"”]?\W*$"
        r"|(?:把)?(?P<old2>.+?)(?:改名为|重命名为|改名叫)(?P<new2>.+)"
    ),
    re.I,
)
ADD_PRODUCT = worded(r"\b(?:add|include|plus|also want|tack on|throw in|with)\b|加上|增加|加", I)
NEW_DEAL = worded(
    r"^\W*(?:please |pls |hey,? |(?:can|could|would|will) (?:you|u|i|we) (?:please |pls )?)*(?:(?:(?:we"
    r"|i)(?:'ve| have)?(?: just)? (?:got|have|found)|there(?:'s| is)"
    r"|got|(?:create|open|add|log|start|register|make|set up|put in)(?: me)?) )?(?:a |an )?(?:brand )?new (?:deal|opp"
    r"|opportunity|oppty|lead)\b\s*(?:at|for|with|:|-|,)?\s*"
    r"|^\W*(?:create|open|add|start|make|set up|register|log)(?: me)? (?:a |an )?"
    r"(?:new )?(?:deal|opp|opportunity)\b\s*(?:at|for|with|:|-)?\s*"
    r"|^\W*(?:请|帮我|麻烦)*(?:(?:新建|创建|新增|新开|新的?)(?:一)?个?|[开建加](?:一)?个新的?)(?:商机|单子?|机会|项目)[:,\s]*",
    I,
)
NEW_CONTACT = worded(
    r"^\W*(?:please |pls )?(?:(?:create|add|save|log) )?(?:a |the )?(?:new contact"
    r"|contact(?= *:))(?: person)?\b\s*(?:at|for|@)?\s*:?\s*|^\W*(?:please |pls )?(?:create|add|save) (?:a "
    r"|the )?contact(?: person)?\b\s*(?:at|for|@)?\s*:?\s*"
    r"|^(?P<where>.{0,20}?)(?P<cue>(?:新建|新增|添加|新加|加|录入)(?:一)?(?:个|位)?联系人)[:,\s]*(?:在)?",
    I,
)
BULK = worded(
    (
        r"\b(?:all|every|each)(?: of)?(?: my| our| the| his| her| their)?(?: [\w']+){0,3} (?:deals?|opps?"
        r"|opportunit(?:y|ies)|pipeline)\b|\bboth (?:my )?deals\b|(?:所有|全部)(?:的)?.{0,8}(?:商机"
        r"|单子|机会)|(?:商机|单子"
        r"|机会)(?:都|全部|全)"
    ),
    I,
)
CHANGE_VERB = worded(
    (
        r"\b(?:add|give|move|mark|push|set|change|update|close|shift|pull|make|put|bump|reassign|assign|delete"
        r"|remove)\b|改|推|移|标记|设|转"
    ),
    I,
)
ASKING = worded(
    r"^\W*(?:please |pls |hey |hi )?(?:can (?:i|you)|could (?:i|you)|i need|we need|need|give (?:me|us)"
    r"|show|find|send me|get me|got|any|do (?:we|you|i)|have (?:we|you)|what|which|where|who|when|how|why"
    r"|is there|are there|looking for|pull up|list|tell me|forecast for|my |our |the (?:pipeline"
    r"|forecast))\b"
    r"|^(?:有没有|找|给我|看|查|请问|哪)",
    I,
)
CHANGES_FIRST = worded(
    (
        r"^\W*(?:please |pls |can you |also )?(?:move|mark|push|set|change|update|shift|pull|make|put|bump"
        r"|forecast|slip)\b|^把"
    ),
    I,
)
REMOVE = worded(
    r"^\W*(?:please |pls |no,? |actually,? |sorry,? )*(?:scratch|drop|remove|delete|forget|cancel|skip|lose"
    r"|take out|leave out|without|no) (?:the |that |any )?(?P<what>next step|follow[- ]?up|amount|value"
    r"|close date|date|stage(?: change)?|forecast|call|meeting|activity|note|contact)s?\b\W*(?:please|pls"
    r"|again|change)?\W*$"
    r"|^\W*(?:please |pls |and |but )*(?:leave|keep) (?:the |that )(?P<kept>next step|amount|value"
    r"|close date|date|stage|forecast) (?:as (?:it|that) (?:was|is)|alone|unchanged|the same)\W*$"
    r"|^\W*(?:把)?(?P<zh>下一步|跟进|金额|关单日期|日期|阶段|预测|活动)(?:不要了|不要|去掉|删掉|取消|删了)"
    r"|^\W*(?:去掉|删掉|不要|取消)(?P<zh2>下一步|跟进"
    r"|金额|关单日期|日期|阶段|预测|活动)",
    I,
)
CORRECTION = worded(
    r"^\W*(?:actually|also|plus|and also|no\b(?! answer)|nope|wait|sorry|correction|i meant?|make (?:it"
    r"|that|this)|change (?:it|that|the)|it was|should be|should have been|that'?s|rather|instead|oops"
    r"|my bad|scratch that|not \S+[, ]|and make|also make|plus make|set (?:it|the))\b"
    r"|^\W*(?:不对|不是|错了|改成|改为|应该是|更正|是)",
    I,
)
UNDO = worded(
    (
        r"^\W*(?:please |pls )?(?:undo|revert|take (?:it|that) back|roll (?:it|that) back|撤销|撤回"
        r"|取消刚才的)(?: (?:it"
        r"|that|this|the last (?:one|write|change)|last))?\W*$"
    ),
    I,
)
HELP = worded(
    (
        r"^\W*(?:help|what can (?:you|i) (?:do|ask)|how (?:do|does) (?:you|this|caddie) work|commands|usage|hi"
        r"|hello|hey|帮助|你能做什么|怎么用|你好)\W*$"
    ),
    I,
)
QUESTION = worded(
    r"\?\s*$|^\W*(?:did|do|does|is|are|was|were|am|what|whats|what's|which|who|whose|when|where|wheres|why"
    r"|how|hows|how's|can|could|should|would|have we|has|have you|have i|any|got (?:a|an|any)|show|list"
    r"|tell|find|give me|pull up|look up)\b"
    r"|(?:吗|呢|么)[?？]?\s*$|\b(?:when|how|what|why|where) (?:do|should|can|would) (?:i|we)\b|什么|怎么|多少|哪些|哪个"
    r"|哪天|几号|何时|有没有|如何|为什么|是否|[?？]\s*$",
    I,
)
SUPPOSED = worded(
    r"\bif\b(?! (?:you (?:can|could)|possible))|\bonce (?!a\b|per\b|again\b|more\b|or twice|every)"
    r"|\bas soon as\b|\bunless\b|\bprovided\b(?! (?:the|them|him|her))|\bassuming\b|\bsubject to\b"
    r"|\bdepend(?:s|ing) on\b|\bwait(?:ing)? until\b"
    r"|\bwhen(?:ever)? (?:[\w']+ ){1,4}(?:signs?|approves?|gets?|comes?|agrees?|confirms?|is|are|has"
    r"|have)\b|\b(?:i|we) wish\b|\bjok(?:e|ed|es|ing)\b|\bkidding\b|\b(?:might|may) as well\b"
    r"|\bwould be (?:nice|great|good)\b|\bin case\b"
    r"|\b(?:said|says|thinks?|suggest\w*|reckons?|claims?|insists?|wants us to|told me to"
    r"|asked me to) [^.;]{0,40}\b(?:should|could|ought to|mark|move it|close it)\b"
    r"|如果|要是|假如|假设|一旦|除非|只要|等[^,。;]{1,14}(?:后|之后|以后|了)[^,。;]{0,3}再"
    r"|等[^,。;]{1,14}再|希望能|开玩笑|说不定",
    I,
)
UNREAL = worded(
    r"\b(?:nearly|almost|close to|on the verge of|at risk of|risk(?:s|ing)? |worr\w+|threaten\w*|could have"
    r"|would have|should have|might|maybe|perhaps|hop(?:e|es|ing)|tempted|rumou?r\w*|about to|not yet"
    r"|yet to|expect(?:s|ing)? to|plan(?:s|ning)? to)\b"
    r"|差点|险些|几乎|可能|也许|希望|打算|还没",
    I,
)
ADD_SOMEBODY = worded(
    r"^\W*(?:[Pp]lease |[Pp]ls )?(?:[Aa]dd|[Ss]ave) (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)+) (?:to|at"
    r"|as (?:a )?(?:new )?contact (?:at|for|to|of))\s+"
)
FYI = worded(r"^\W*(?:fyi|heads[- ]up)\b", I)
NOTE_ON = worded(
    (
        r"^\W*(?:(?:please |pls )?(?:add |make |log )?(?:a )?(?:quick )?note(?: to self)?\b(?: (?:on|for|about"
        r"|re))?|备注|记一下|记录一下)"
    ),
    I,
)
HYPOTHETICAL = worded(
    (
        r"\b(?:if (?:we|i|they|it|she|he|you)|what if|suppose|supposing|assuming|hypothetically|imagine"
        r"|would it|(?<!what )(?<!how )(?<!who )(?<!which )should (?:we|i)|(?<!what )(?<!how )could (?:we|i)"
        r"|thinking (?:of|about)|maybe (?:we|i) (?:should|could)|might (?:want to|move)|considering)\b|如果|要是|假如"
        r"|假设|会不会"
    ),
    I,
)
NOT_AMOUNT = worded(
    (
        r"(?-i:\b(?!We\b|I\b)[A-Z]\w+) (?:quoted|bid|undercut)\b|\b(?:competitors?|rivals?|they) (?:quoted|bid"
        r"|undercut)\b|\b(?:cost(?:s|ing)?|sav(?:e|es|ed|ing|ings)|lose|loses|losing|spend(?:s|ing)?|fees?"
        r"|penalt(?:y|ies)|fines?|per (?:month|year|day|week|unit|site|seat)|a (?:month|year|day|week)|/(?:yr"
        r"|mo|month|year)|revenue|turnover|employees|payback|detention|scrap|waste)\b|每年|每月|损失"
        r"|节省|成本|罚款|回收"
    ),
    I,
)
OLD_AMOUNT = worded(
    r"(?:\bfrom|\bwas|\bnot|\binstead of|\brather than|\bdown from|\bup from|\bthan|不是|从|原来)\s*(?:the\s+)?$", I
)
BARE_AMOUNT = worded(
    (
        r"\b(?:at|around|about|to|worth|still|make it|now|value(?: is)?|amount(?: is)?|for|it'?s|roughly|say"
        r"|like)\s+(?:around |about |roughly |~ ?)?(?P<n>\d{2,4}(?:\.\d+)?)(?![\w%/:]|[.,]\d|\s*(?:%|min|mins"
        r"|minutes|h\b|hours?|days?|weeks?|months?|years?|seats?|users?|people|units?|sites?|am\b|pm\b|o'clock"
        r"|percent|deals?|gateways?|doors?))"
    ),
    I,
)
