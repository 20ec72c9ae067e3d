-- For wrk: POST of an item with an id that nobody has used. Arguments: the path, the first id.
local path, id

function init(args)
  path, id = args[1], tonumber(args[2])
end

function request()
  id = id + 1
  wrk.headers["content-type"] = "application/json"
  local body = '{"id":' .. id .. ',"name":"Lamp","description":"A lamp for the desk"}'
  return wrk.format("POST", path, nil, body)
end
