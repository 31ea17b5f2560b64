#!lua name=onsale_marks

-- Marks of taken seats, a hash for each event: seat number -> "fence:until:set", times in milliseconds since 1970.
-- They make losing fast and decide nothing. The fence orders them: a mark that comes late, after its seat was given back,
-- has the smaller one and is ignored; a seat that was given back keeps its fence with until = 0.

local KEY_LIFE_MILLIS = 3600000

local function now_millis()
    local time = server.call('TIME')
    return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function fence_of(mark)
    return mark and tonumber(string.match(mark, '^(%d+):')) or -1
end

-- args: "seat:fence:until,seat:fence:until,..." as one, which takes the caller a third of the time of many
local function put(keys, args)
    local now = now_millis()
    for seat, fence, ends in string.gmatch(args[1], '(%d+):(%d+):(%d+)') do
        if tonumber(fence) >= fence_of(server.call('HGET', keys[1], seat)) then
            server.call('HSET', keys[1], seat, fence .. ':' .. ends .. ':' .. now)
        end
    end
    server.call('PEXPIRE', keys[1], KEY_LIFE_MILLIS)
    return server.status_reply('OK')
end

-- args: seat, fence, seat, fence, ...
local function clear(keys, args)
    for i = 1, #args, 2 do
        if tonumber(args[i + 1]) >= fence_of(server.call('HGET', keys[1], args[i])) then
            server.call('HSET', keys[1], args[i], args[i + 1] .. ':0:0')
        end
    end
    server.call('PEXPIRE', keys[1], KEY_LIFE_MILLIS)
    return server.status_reply('OK')
end

-- args: the oldest mark to trust in milliseconds, seat, seat, ...; returns the seats that are surely taken
local function fresh(keys, args)
    local now, age_max = now_millis(), tonumber(args[1])
    local taken = {}
    for i = 2, #args do
        local mark = server.call('HGET', keys[1], args[i])
        if mark then
            local ends, made = string.match(mark, ':(%d+):(%d+)$')
            if tonumber(ends) > now and now - tonumber(made) <= age_max then
                taken[#taken + 1] = args[i]
            end
        end
    end
    return taken
end

server.register_function('marks_put', put)
server.register_function('marks_clear', clear)
server.register_function{function_name = 'marks_fresh', callback = fresh, flags = {'no-writes'}}
