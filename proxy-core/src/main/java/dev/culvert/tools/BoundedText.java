package dev.culvert.tools;

/** A line that a regular expression looks at, up to a number of looks over all lines. */
/* A pattern such as (a+)+b looks at each character again and again; Java itself never gives up. */
final class BoundedText implements CharSequence {
    /** How often the characters may be looked at. */
    static final class Looks {
        private long left;

        Looks(long most) {
            left = most;
        }
    }

    /** The pattern needs more than it may. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super("the pattern backtracks too much", null, false, false);
        }
    }

    private final String text;
    private final Looks looks;

    BoundedText(String text, Looks looks) {
        this.text = text;
        this.looks = looks;
    }

    @Override
    public char charAt(int index) {
        if (--looks.left < 0) {
            throw new TooMany();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new BoundedText(text.substring(start, end), looks);
    }

    @Override
    public String toString() {
        return text;
    }
}
