package dev.culvert.bench;

import java.util.List;

/** Horizontal bars as SVG, each with a line from its least to its most. */
final class Chart {
    private static final int LEFT = 170;
    private static final int WIDTH = 440;
    private static final int ROW = 26;
    private static final int TOP = 56;

    private Chart() {}

    record Bar(String name, Spread spread, String figure) {}

    static String svg(String title, String subtitle, List<Bar> bars) {
        double scale =
                WIDTH / bars.stream().mapToDouble(bar -> bar.spread().most()).max().orElse(1);
        StringBuilder svg = new StringBuilder();
        int height = TOP + ROW * bars.size() + 12;
        svg.append(
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 %d" font-family="sans-serif" font-size="13">
                <rect width="720" height="%d" fill="#fff"/>
                <text x="16" y="24" font-size="15" font-weight="bold">%s</text>
                <text x="16" y="43" fill="#555">%s</text>
                """
                        .formatted(height, height, title, subtitle));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = TOP + ROW * i;
            svg.append(
                    """
                    <text x="%d" y="%d" text-anchor="end">%s</text>
                    <rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/>
                    <path d="M%.1f %dH%.1f" stroke="#222" stroke-width="1.5"/>
                    <text x="%.1f" y="%d">%s</text>
                    """
                            .formatted(
                                    LEFT - 8,
                                    y + 13,
                                    bar.name(),
                                    LEFT,
                                    y,
                                    bar.spread().median() * scale,
                                    bar.name().startsWith("culvertd") ? "#2a7ab0" : "#b8c4cc",
                                    LEFT + bar.spread().least() * scale,
                                    y + 8,
                                    LEFT + bar.spread().most() * scale,
                                    LEFT + bar.spread().most() * scale + 6,
                                    y + 13,
                                    bar.figure()));
        }
        return svg.append("</svg>\n").toString();
    }
}
