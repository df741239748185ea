"""The words of the course's questions: many ways to ask for each kind of fact, NAME standing for what it is about.

The network tells slots apart, not words: what it has learnt of a name at one distance from the question's end it does
not know at another. So the name stands near the end, and no held-out phrasing puts it farther from the end than some
phrasing that is trained on.
"""

PLAYS = (
    "In what play do we meet NAME?",
    "Where do I find NAME?",
    "Which play tells of NAME?",
    "Which play has NAME?",
    "Name the play of NAME.",
    "Tell me the play of NAME.",
    "From which play is NAME?",
    "In which play do we hear NAME?",
    "Which of the plays has NAME?",
    "I look for the play of NAME.",
    "In which of the plays is NAME?",
    "Show me the play of NAME.",
    "Where in the plays do we find NAME?",
    "What is the name of the play of NAME?",
    "Which play do I read to meet NAME?",
    "In which play does NAME appear?",
    "Which play is NAME in?",
    "What play is NAME from?",
    "Where does NAME appear?",
    "In what play does NAME speak?",
    "Say in which play NAME speaks.",
    "What play do we find NAME in?",
    "Tell me where NAME appears.",
    "Do you know where NAME speaks?",
    "Of which play is NAME part?",
    "Tell me in which play NAME speaks.",
    "Which of the plays is NAME in?",
    "From which of the plays does NAME come?",
    "Do you know in what play NAME appears?",
    "In what play does NAME live?",
    "Which play has NAME in it?",
    "Name the play NAME is in.",
    "Do you know which play NAME is from?",
    "What is the play NAME appears in?",
    "Say which play NAME speaks in.",
    "Which play does NAME appear in?",
    "Tell me which of the plays has NAME in it.",
    "Which of the plays does NAME speak in?",
    "I look for a play with NAME in it.",
    "Can you name a play that NAME is in?",
)
PLAYS_HELD_OUT = (
    "Do you know the play of NAME?",
    "In which play do I find NAME?",
    "Which of the plays tells of NAME?",
    "Which play is NAME from?",
    "Where does NAME speak?",
    "In which of the plays does NAME appear?",
    "Tell me which play NAME is in.",
    "Name the play with NAME in it.",
)
ACTS = (
    "In which act do we meet NAME?",
    "In what act do we first hear NAME?",
    "Which act is the first with NAME?",
    "Name the first act of NAME.",
    "Tell me the first act with NAME.",
    "Say in which act we first meet NAME.",
    "In which act does NAME first speak?",
    "In what act does NAME come in?",
    "Tell me the act in which NAME first speaks.",
    "From which act on does NAME speak?",
    "Which act does NAME first speak in?",
    "Do you know the act NAME comes in?",
    "In which act is NAME first heard?",
    "Say in what act NAME comes in.",
    "What is the first act that NAME is in?",
    "Which act is NAME first in?",
)
ACTS_HELD_OUT = (
    "In what act do we meet NAME?",
    "Tell me the first act of NAME.",
    "In which act does NAME come in?",
    "Do you know the act NAME first speaks in?",
)
LEADS = (
    "Who speaks most in NAME?",
    "Who has most to say in NAME?",
    "Whose part is the longest in NAME?",
    "Who says the most in NAME?",
    "Name who speaks most in NAME.",
    "Tell me who speaks most in NAME.",
    "Who is the one that speaks most in NAME?",
    "Do you know who has most words in NAME?",
    "Who has the longest part in NAME?",
    "Say who has most to say in NAME.",
)
LEADS_HELD_OUT = (
    "Tell me who has most to say in NAME.",
    "Who has most words in NAME?",
    "Do you know who speaks most in NAME?",
)
LINES = (
    "Who says: NAME",
    "Who speaks the words: NAME",
    "Tell me who says: NAME",
    "Whose line is this: NAME",
    "Say who speaks the line: NAME",
    "Who is it that says: NAME",
    "Do you know who says: NAME",
    "Whose words are these: NAME",
    "Name the one who says: NAME",
    "From whom do we hear: NAME",
)
LINES_HELD_OUT = (
    "Tell me who speaks the words: NAME",
    "Who speaks the line: NAME",
    "Name who says: NAME",
)
REFUSAL = "I do not know."
