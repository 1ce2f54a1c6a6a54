-- usage: wrk … -s wrk.lua URL -- AGENTS BYTES
-- Posts messages to the agents a0, a1, … in turn, and prints the same line as load.c.
local paths, turn = {}, 0

function init(arguments)
    local agents, bytes = tonumber(arguments[1]), tonumber(arguments[2])
    wrk.method = "POST"
    wrk.path = "/api/v1/agents/a0/message"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"role":"user","content":"' .. string.rep("x", bytes) .. '"}'
    if agents > 1 then -- only then: a request of its own for each turn costs wrk time
        for i = 1, agents do
            paths[i] = wrk.format(nil, "/api/v1/agents/a" .. (i - 1) .. "/message")
        end
        request = function()
            turn = turn % agents + 1
            return paths[turn]
        end
    end
end

function done(summary, latency, requests)
    local failed = summary.errors
    io.write(string.format("requests=%d events=0 errors=%d seconds=%.4f p50=%.1f p99=%.1f p999=%.1f max=%.1f\n",
        summary.requests, failed.connect + failed.read + failed.write + failed.status + failed.timeout, summary.duration / 1e6,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
