package dev.culvert.settings;

import dev.culvert.io.Quoted;

/** One thing that is wrong, and where. The sentence may quote what is there, whoever wrote it. */
public record Mistake(Position position, String sentence) {
    public Mistake {
        sentence = Quoted.sentence(sentence);
    }

    @Override
    public String toString() {
        return position + ": " + sentence;
    }
}
