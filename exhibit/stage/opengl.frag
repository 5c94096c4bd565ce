// One pixel of the window. Every value is rounded to a grey where the software rounds it.
uniform sampler2D picture, before, nodes, lit, light, label, over;
uniform ivec2 origin, extent; // of the lit part, beside which there is paper
uniform ivec2 steps;          // of the map, over the lit part
uniform int side;             // of the enlarged picture
uniform int coarse;           // pixels of the window to a step of the map
uniform float node_px;        // pixels of the window from node to node
uniform int rows, out_rows;   // of the window, and of what is drawn
uniform int step;             // every how many pixels one is drawn
uniform float share;          // of the picture in the fade
uniform bool keeps;           // the fade as it is, neither coloured nor covered
uniform bool all_lit, labelled;
uniform ivec4 over_box;       // left, top, width and height of what lies over all
out vec4 drawn;

vec3 rounded(vec3 value) {
    return floor(value * 255.0 + 0.5) / 255.0;
}

vec3 texel(ivec2 at) {
    bool beside = any(lessThan(at, ivec2(0))) || any(greaterThanEqual(at, ivec2(side)));
    return beside ? vec3(1.0) : texelFetch(picture, at, 0).rgb;
}

// The picture at a point of the lit part, in pixels of the window.
vec3 looked_up(vec2 at) {
    vec2 between = at / node_px;
    ivec2 cell = min(ivec2(floor(between)), textureSize(nodes, 0) - 2);
    vec2 part = between - vec2(cell);
    vec2 above = mix(texelFetch(nodes, cell, 0).rg, texelFetch(nodes, cell + ivec2(1, 0), 0).rg, part.x);
    vec2 below = mix(texelFetch(nodes, cell + ivec2(0, 1), 0).rg,
                     texelFetch(nodes, cell + ivec2(1, 1), 0).rg, part.x);
    vec2 there = mix(above, below, part.y);
    ivec2 corner = ivec2(floor(there));
    vec2 rest = there - vec2(corner);
    vec3 upper = mix(texel(corner), texel(corner + ivec2(1, 0)), rest.x);
    vec3 lower = mix(texel(corner + ivec2(0, 1)), texel(corner + ivec2(1, 1)), rest.x);
    return rounded(mix(upper, lower, rest.y));
}

vec3 at_step(ivec2 number) {
    return looked_up((vec2(clamp(number, ivec2(0), steps - 1)) + 0.5) * float(coarse));
}

vec3 mounted(ivec2 pixel) {
    ivec2 inside = pixel - origin;
    if (any(lessThan(inside, ivec2(0))) || any(greaterThanEqual(inside, extent))) return vec3(1.0);
    vec2 at = vec2(inside) + 0.5;
    if (coarse == 1) return looked_up(at);
    vec2 between = at / float(coarse) - 0.5;
    ivec2 corner = ivec2(floor(between));
    vec2 rest = between - vec2(corner);
    vec3 upper = mix(at_step(corner), at_step(corner + ivec2(1, 0)), rest.x);
    vec3 lower = mix(at_step(corner + ivec2(0, 1)), at_step(corner + ivec2(1, 1)), rest.x);
    return rounded(mix(upper, lower, rest.y));
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 pixel = ivec2(at.x, out_rows - 1 - at.y) * step;
    ivec2 inside = pixel - over_box.xy;
    if (!keeps && all(greaterThanEqual(inside, ivec2(0))) && all(lessThan(inside, over_box.zw))) {
        drawn = vec4(texelFetch(over, inside, 0).rgb, 1.0);
        return;
    }
    vec3 to = mounted(pixel);
    if (labelled) to = min(to, texelFetch(label, pixel, 0).rgb);
    vec3 from = texelFetch(before, ivec2(pixel.x, rows - 1 - pixel.y), 0).rgb;
    vec3 shown = rounded(mix(from, to, share));
    if (keeps) {
        drawn = vec4(shown, 1.0);
        return;
    }
    ivec3 grey = ivec3(shown * 255.0 + 0.5);
    vec3 colour = vec3(texelFetch(light, ivec2(grey.r, 0), 0).r, texelFetch(light, ivec2(grey.g, 0), 0).g,
                       texelFetch(light, ivec2(grey.b, 0), 0).b);
    if (!all_lit) colour *= texelFetch(lit, pixel, 0).r;
    drawn = vec4(rounded(colour), 1.0);
}
