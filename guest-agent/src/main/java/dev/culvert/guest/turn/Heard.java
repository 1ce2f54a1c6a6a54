package dev.culvert.guest.turn;

import dev.culvert.frame.FrameType;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.policy.ToolGate;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.runtime.ToolEvent;
import io.netty.buffer.ByteBuf;

/** Makes what the runtime says, and what tools do, part of a turn. Confined to the event loop. */
final class Heard implements GenerationListener {
    private final Turn turn;
    private final ToolGate tools;
    private final Turns turns;
    private final Transcript said;

    /** Whether hosts know the frames of tools, as far as was known when the turn began. */
    private boolean hostTakesTools;

    Heard(Turn turn, ToolGate tools, Turns turns) {
        this.turn = turn;
        this.tools = tools;
        this.turns = turns;
        said = turn.said();
        hostTakesTools = turns.hostTakesTools();
    }

    /** The host of the turn knows the frames of tools. */
    void tellTools() {
        hostTakesTools = true;
    }

    @Override
    public void onAnswer() {
        turn.onAnswer();
    }

    @Override
    public void onText(String delta) {
        said.addText(delta);
        turn.offer();
    }

    @Override
    public void onReasoning(String delta) {
        said.addReasoning(delta);
        turn.offer();
    }

    @Override
    public void onToolCall(String name) {
        BlockedCalls.Call blocked = tools.refusal(turn.id(), name);
        if (blocked != null) {
            turn.stopGeneration();
            turns.blocked().record(blocked, () -> onBlocked(blocked));
        }
    }

    private void onBlocked(BlockedCalls.Call call) {
        if (turn.isRunning()) {
            String why = call.denial().why();
            turn.finish(FrameType.TOOL_BLOCKED, turns.payloads().toolBlocked(call.tool(), why));
        }
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        said.addToolCalls(rawJson);
        turn.offer();
    }

    @Override
    public void onAnthropic(String rawJson) {
        said.addAnthropic(rawJson);
        turn.offer();
    }

    @Override
    public void onTool(ToolEvent event) {
        Payloads payloads = turns.payloads();
        switch (event) {
            case ToolEvent.Waiting _ -> said.addTool(FrameType.CHUNK, payloads.text(""));
            case ToolEvent.Began began -> tell(FrameType.TOOL_CALL, payloads.toolCall(began));
            case ToolEvent.Said output -> {
                if (hostTakesTools) {
                    said.addTool(FrameType.TOOL_OUTPUT, payloads.toolOutput(output));
                }
            }
            case ToolEvent.Asked asked -> {
                said.addTool(FrameType.APPROVAL, payloads.raw(asked.approval()));
                turn.waitForApproval(asked);
            }
            case ToolEvent.Ended ended -> {
                tell(FrameType.TOOL_RESULT, payloads.toolResult(ended));
                turn.goOnAfterCall();
            }
        }
        turn.offer();
    }

    /* A host that does not know these frames would miss their numbers. */
    private void tell(FrameType type, ByteBuf payload) {
        if (hostTakesTools) {
            said.addTool(type, payload);
        } else {
            payload.release();
            said.addTool(FrameType.CHUNK, turns.payloads().text(""));
        }
    }

    @Override
    public void onEnd(GenerationEnd end) {
        turn.finish(FrameType.CHUNK, turns.payloads().last(end));
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        turn.finish(FrameType.ERROR, turns.payloads().error(failure));
    }
}
